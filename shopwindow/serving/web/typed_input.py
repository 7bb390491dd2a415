"""Sanitizes what a visitor typed or a browser sent: to be searched, logged and shown."""

from collections.abc import Mapping
from typing import Any

from shopwindow.values import to_well_formed

_REPLACEMENT = "\ufffd"


def sanitize_text(text: str) -> str:
    """Return a text with U+FFFD in place of lone surrogates and NUL.

    A text that was cut or pasted badly may hold half an emoji. Browsers replace it in a form, but
    send it unchanged in JSON; a page that contains it could not be sent back.
    """
    return to_well_formed(text).replace("\0", _REPLACEMENT)


def sanitize_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a button with `sanitize_text` applied to every key and text."""
    return {
        sanitize_text(str(name)): sanitize_text(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
