"""From an error to the plain words that a visitor reads."""

from core.checking import MAX_ID_CHARS
from core.errors import (
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
from core.query import MAX_TEXT_CHARS
from ui.texts import Language, say
from ui.view import Notice

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


def notice_of(error: Exception, language: Language) -> Notice:
    """Return what a visitor is told about an error.

    Neither paths nor addresses of this machine are told; those stand in the log.

    Args:
        error: Any error; one that is not of `core.errors` is told as ours, without details.
        language: Of the message. A photo's reason stays in English.
    """
    for kind, name, about in _PLAIN:
        if isinstance(error, kind):
            return Notice(say(name, language), say(about, language) if about else "")
    if isinstance(error, PhotoError):
        told = say("bad_photo", language, reason=error.reason.rstrip("."))
        return Notice(told, say("bad_photo_help", language))
    if isinstance(error, InvalidValueError):
        return Notice(_invalid(error, language))
    if isinstance(error, ShopwindowError):
        return Notice(say("broken", language), str(error))
    return Notice(say("broken", language))


def _invalid(error: InvalidValueError, language: Language) -> str:
    if isinstance(error, InvalidQueryError) and error.field in _PRICES:
        return say("bad_price", language)
    if isinstance(error, InvalidQueryError) and error.field == "text":
        return say("bad_text", language, limit=MAX_TEXT_CHARS)
    if isinstance(error, InvalidQueryError) and error.field == "cursor":
        return say("bad_cursor", language)
    if isinstance(error, InvalidEventError) and error.field == "user_id":
        return say("bad_visitor", language, limit=MAX_ID_CHARS)
    return f"{error}."
