"""What a visitor typed or a browser sent, as texts that can be searched, logged and shown."""

from collections.abc import Mapping
from typing import Any

from shopwindow.values.validation import to_well_formed

_REPLACEMENT = "\ufffd"


def sanitize_text(text: str) -> str:
    """Return a text with a replacement character for what no text may hold.

    Half an emoji is left where a text was cut or pasted badly. Browsers themselves send it so in a
    form, and as it is in JSON; a page with it in could not be sent back.
    """
    return to_well_formed(text).replace("\0", _REPLACEMENT)


def sanitize_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a button carries, its texts as `sanitize_text` returns them."""
    return {
        sanitize_text(str(name)): sanitize_text(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
