"""Reading of TOML files that people write: rules, weights, mappings of columns."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shopwindow.values.errors import ShopwindowError

_CURLY_QUOTES = re.compile("[“”„«»‘’]")
_OTHER_DIGITS = re.compile(r"=\s*[+-]?[٠-٩۰-۹]", re.MULTILINE)


def read_toml(path: Path, make_error: Callable[[str], ShopwindowError]) -> dict[str, Any]:
    """Return the tables of a TOML file in UTF-8, with or without a byte order mark.

    Args:
        path: The file.
        make_error: Makes the error to raise from what is wrong with the file, a phrase without
            its path.

    Returns:
        Its content.

    Raises:
        ShopwindowError: The file cannot be read, is not UTF-8, or is not TOML; of the class that
            `make_error` makes.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as exc:
        raise make_error("there is no such file") from exc
    except UnicodeDecodeError as exc:
        raise make_error("it is not UTF-8; save it as UTF-8 text") from exc
    except (OSError, ValueError) as exc:  # a ValueError for a name that no file can have
        raise make_error(f"it cannot be read: {getattr(exc, 'strerror', exc)}") from exc
    try:
        return tomllib.loads(text)
    except RecursionError as exc:
        raise make_error("it is not TOML that can be read: lists lie too deep") from exc
    except ValueError as exc:  # TOMLDecodeError, or a number of thousands of digits
        raise make_error(f"it is not TOML: {exc}.{_find_hint(text)}") from exc


def _find_hint(text: str) -> str:
    """Return what is probably wrong with a text that is not TOML; empty when that is not clear."""
    if _CURLY_QUOTES.search(text):
        return ' Are its quotation marks straight (")?'
    return " Write numbers in the digits 0 to 9." if _OTHER_DIGITS.search(text) else ""
