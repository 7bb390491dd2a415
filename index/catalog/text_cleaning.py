"""Cleaning of texts: no HTML, no control characters, Unicode NFC, bounded length."""

import re
import unicodedata
from decimal import Decimal

from index.catalog.html_text import strip_html
from index.catalog.records import CellError, as_json

MAX_TITLE_CHARS = 1_000
MAX_TEXT_CHARS = 20_000
MAX_VALUE_CHARS = 500
_MAX_MARKUP_CHARS = 100_000

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_WINDOWS_PATH = re.compile(r"\b[A-Za-z]:\\|\\\\")
_ESCAPED_BREAK = re.compile(r"\\r\\n|\\[nr]")
_SPACES = re.compile(r"[^\S\n]+")
_LINE_BREAKS = re.compile(r" ?\n[ \n]*")


def clean_line(value: object, limit: int = MAX_TITLE_CHARS) -> str:
    """Return a value as one line, truncated to `limit` characters.

    Raises:
        CellError: The text is not valid Unicode, or the value is not a text or number.
    """
    text = as_text(value)
    if text.isprintable() and not _needs_cleaning(text):
        text = " ".join(text.split())
        return (text if text.isascii() else unicodedata.normalize("NFC", text))[:limit].rstrip()
    return " ".join(_clean(text).split())[:limit].rstrip()


def clean_text(value: object, limit: int = MAX_TEXT_CHARS) -> str:
    """Return a value with its line breaks, truncated to `limit` characters.

    Raises:
        CellError: The text is not valid Unicode, or the value is not a text or number.
    """
    text = as_text(value)
    if text.isprintable() and not _needs_cleaning(text):
        return clean_line(text, limit)
    text = _SPACES.sub(" ", _clean(text))
    return _LINE_BREAKS.sub("\n", text).strip()[:limit].rstrip()


def _needs_cleaning(text: str) -> bool:
    return "<" in text or "&" in text or "\\" in text


def _unescape(text: str) -> str:
    r"""Return a text with real line breaks and quotes for literal \n and \"; paths are kept."""
    if "\\" not in text or _WINDOWS_PATH.search(text):
        return text
    return _ESCAPED_BREAK.sub("\n", text).replace('\\"', '"').replace("\\'", "'")


def _clean(text: str) -> str:
    text = _unescape(text[:_MAX_MARKUP_CHARS]).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub(" ", strip_html(text))
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise CellError(
            "broken characters: these bytes are not valid UTF-8. Save the feed as UTF-8, or give "
            'its encoding, such as encoding="cp1256"'
        ) from exc
    return unicodedata.normalize("NFC", text)


def as_text(value: object) -> str:
    """Return a text, number or list of them as text.

    Raises:
        CellError: It is something else, such as an object.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "\n".join(as_text(item) for item in value if item is not None)
    raise CellError(f"a text expected, got {as_json(value)[:80]}")


def is_empty(value: object) -> bool:
    """Return whether a value is None, blank text, or an empty list, object or bytes."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, (list, tuple, dict, bytes)) and not value)
