"""Turns errors into plain messages for the visitor."""

from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import Notice
from shopwindow.values import MAX_ID_CHARS, MAX_TEXT_CHARS
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import (
    EventLogError,
    EventStoreError,
    IndexStoreError,
    InvalidEventError,
    InvalidQueryError,
    InvalidValueError,
    OnlineStoreError,
    PhotoBusyError,
    PhotoError,
    ProductNotFoundError,
    ProfileError,
    ShopwindowError,
)

_PRICE_FIELDS = ("price_min", "price_max")
_FIXED_MESSAGES: tuple[tuple[type[ShopwindowError], str, str], ...] = (
    (PhotoBusyError, "photos_busy", "photos_busy_help"),
    (ProductNotFoundError, "product_gone", ""),
    (IndexStoreError, "catalog_unavailable", ""),
    (EventLogError, "not_recorded", ""),
    (EventStoreError, "erasure_incomplete", "erasure_incomplete_help"),
    (OnlineStoreError, "profiles_unavailable", "profiles_unavailable_help"),
    (ProfileError, "profiles_unavailable", "profiles_unavailable_help"),
)
"""By error class: the key of a fixed message and of its help, which may be empty."""


def build_error_notice(error: Exception, language: Language) -> Notice:
    """Return the notice that a visitor is shown for an error.

    It contains neither paths nor addresses of this machine; those are in the log.

    Args:
        error: Any error; one that is not of `shopwindow.values.errors` gets a general message.
        language: Of the message. The reason of a photo error stays in English.
    """
    for error_class, key, help_key in _FIXED_MESSAGES:
        if isinstance(error, error_class):
            advice = translate(help_key, language) if help_key else ""
            return Notice(translate(key, language), advice)
    if isinstance(error, PhotoError):
        message = translate("bad_photo", language, reason=error.reason.rstrip("."))
        return Notice(message, translate("bad_photo_help", language))
    if isinstance(error, InvalidValueError):
        return Notice(_describe_invalid_value(error, language))
    if isinstance(error, ShopwindowError):
        return Notice(translate("internal_error", language), str(error))
    return Notice(translate("internal_error", language))


def _describe_invalid_value(error: InvalidValueError, language: Language) -> str:
    if isinstance(error, InvalidQueryError) and error.field in _PRICE_FIELDS:
        return translate("bad_price_range", language)
    if isinstance(error, InvalidQueryError) and error.field == "text":
        return translate("text_too_long", language, limit=MAX_TEXT_CHARS)
    if isinstance(error, InvalidQueryError) and error.field == "cursor":
        return translate("results_expired", language)
    if isinstance(error, InvalidEventError) and error.field == "user_id":
        return translate("bad_visitor_id", language, limit=MAX_ID_CHARS)
    return f"{error}."
