"""From an error to the plain words that a visitor reads."""

from core.errors import (
    IndexStoreError,
    InvalidQueryError,
    InvalidValueError,
    PhotoError,
    ProductNotFoundError,
    ShopwindowError,
)
from core.query import MAX_TEXT_CHARS
from ui.texts import Language, say
from ui.view import Notice

_PRICES = ("price_min", "price_max")


def notice_of(error: Exception, language: Language) -> Notice:
    """Return what a visitor is told about an error.

    Neither paths nor addresses of this machine are told; those stand in the log.

    Args:
        error: Any error; one that is not of `core.errors` is told as ours, without details.
        language: Of the message. A photo's reason stays in English.
    """
    if isinstance(error, PhotoError):
        told = say("bad_photo", language, reason=error.reason.rstrip("."))
        return Notice(told, say("bad_photo_help", language))
    if isinstance(error, InvalidValueError):
        return Notice(_invalid(error, language))
    if isinstance(error, ProductNotFoundError):
        return Notice(say("gone", language))
    if isinstance(error, IndexStoreError):
        return Notice(say("store_down", language))
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
    return f"{error}."
