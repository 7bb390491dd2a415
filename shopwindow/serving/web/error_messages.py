"""From an error to the plain words that a visitor reads."""

from shopwindow.serving.web.translations import Language, translate
from shopwindow.serving.web.view_model import Notice
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
from shopwindow.values.query import MAX_TEXT_CHARS
from shopwindow.values.validation import MAX_ID_CHARS

_PRICES = ("price_min", "price_max")
_PLAIN: tuple[tuple[type[ShopwindowError], str, str], ...] = (
    (PhotoBusyError, "busy_photos", "busy_photos_help"),
    (ProductNotFoundError, "gone", ""),
    (IndexStoreError, "store_down", ""),
    (EventLogError, "not_recorded", ""),
    (EventStoreError, "half_erased", "half_erased_help"),
    (OnlineStoreError, "no_profile", "no_profile_help"),
    (ProfileError, "no_profile", "no_profile_help"),
)
"""Errors of which no more is told than a text, and another about what to do."""


def build_error_notice(error: Exception, language: Language) -> Notice:
    """Return what a visitor is told about an error.

    Neither paths nor addresses of this machine are told; those stand in the log.

    Args:
        error: Any error; one that is not of `shopwindow.values.errors` is told as ours, without details.
        language: Of the message. A photo's reason stays in English.
    """
    for kind, name, about in _PLAIN:
        if isinstance(error, kind):
            return Notice(translate(name, language), translate(about, language) if about else "")
    if isinstance(error, PhotoError):
        told = translate("bad_photo", language, reason=error.reason.rstrip("."))
        return Notice(told, translate("bad_photo_help", language))
    if isinstance(error, InvalidValueError):
        return Notice(_invalid(error, language))
    if isinstance(error, ShopwindowError):
        return Notice(translate("broken", language), str(error))
    return Notice(translate("broken", language))


def _invalid(error: InvalidValueError, language: Language) -> str:
    if isinstance(error, InvalidQueryError) and error.field in _PRICES:
        return translate("bad_price", language)
    if isinstance(error, InvalidQueryError) and error.field == "text":
        return translate("bad_text", language, limit=MAX_TEXT_CHARS)
    if isinstance(error, InvalidQueryError) and error.field == "cursor":
        return translate("bad_cursor", language)
    if isinstance(error, InvalidEventError) and error.field == "user_id":
        return translate("bad_visitor", language, limit=MAX_ID_CHARS)
    return f"{error}."
