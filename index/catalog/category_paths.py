"""Category paths, from general to special."""

import json
import re

from index.catalog.records import CellError
from index.catalog.text_cleaning import clean_line

MAX_DEPTH = 20
_MAX_PART_CHARS = 200
_ARROWS = re.compile(r"\s*[>›»]\s*")
_SPACED = re.compile(r"\s+[/|]\s+")


def parse_category(value: object) -> tuple[str, ...]:
    """Return a path written as "A > B", "A / B", "A | B", or as a list of its parts.

    A slash or bar separates only with blanks around it: "Baby/Toddler" is one category. A bare
    number, as Google's taxonomy has them, names nothing that a shopper reads and gives no path.

    Raises:
        CellError: It is neither a text nor a list of texts.
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (list, tuple)) and value:
        if isinstance(value[0], (list, tuple)):
            return parse_category(value[0])
        if len(value) == 1:
            return parse_category(value[0])
        return _parts([_part(each) for each in value])
    raise CellError(f'a path such as "Clothing > Dresses" expected, got {str(value)[:60]!r}')


def _from_text(text: str) -> tuple[str, ...]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            return parse_category(json.loads(text))
        except (ValueError, RecursionError):
            text = text[1:-1]
    whole = clean_line(text, 4 * MAX_DEPTH * _MAX_PART_CHARS)
    if whole.isdecimal():
        return ()
    separator = _ARROWS if _ARROWS.search(whole) else _SPACED
    return _parts(separator.split(whole))


def _part(value: object) -> str:
    if not isinstance(value, (str, int)):
        raise CellError(f"a list of texts expected, got {str(value)[:60]!r}")
    return clean_line(value)


def _parts(parts: list[str]) -> tuple[str, ...]:
    named = (part.strip()[:_MAX_PART_CHARS] for part in parts)
    return tuple(part for part in named if part)[:MAX_DEPTH]
