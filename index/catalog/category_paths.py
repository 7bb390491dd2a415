"""Category paths, from the broadest to the narrowest."""

import json
import re

from index.catalog.records import CellError
from index.catalog.text_cleaning import clean_line

MAX_DEPTH = 20
_MAX_NAME_CHARS = 200
_ARROW_SEPARATOR = re.compile(r"\s*[>›»]\s*")
_SPACED_SEPARATOR = re.compile(r"\s+[/|]\s+")


def parse_category(value: object) -> tuple[str, ...]:
    """Return a path written as "A > B", "A / B", "A | B", or as a list of category names.

    A slash or bar separates only with spaces around it: "Baby/Toddler" is one category. A bare
    number, as in Google's taxonomy, is no name for shoppers and gives an empty path.

    Raises:
        CellError: It is neither a text nor a list of texts.
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, (list, tuple)) and value:
        if isinstance(value[0], (list, tuple)):
            return parse_category(value[0])
        if len(value) == 1:
            return parse_category(value[0])
        return _clean_path([_clean_name(name) for name in value])
    raise CellError(f'a path such as "Clothing > Dresses" expected, got {str(value)[:60]!r}')


def join_subcategory(path: tuple[str, ...], below: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path with the subcategory of a column of its own as its last part."""
    return path if path[-len(below) :] == below else path + below


def _parse_text(text: str) -> tuple[str, ...]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            return parse_category(json.loads(text))
        except (ValueError, RecursionError):
            text = text[1:-1]
    line = clean_line(text, 4 * MAX_DEPTH * _MAX_NAME_CHARS)
    if line.isdecimal():
        return ()
    separator = _ARROW_SEPARATOR if _ARROW_SEPARATOR.search(line) else _SPACED_SEPARATOR
    return _clean_path(separator.split(line))


def _clean_name(value: object) -> str:
    if not isinstance(value, (str, int)):
        raise CellError(f"a list of texts expected, got {str(value)[:60]!r}")
    return clean_line(value)


def _clean_path(names: list[str]) -> tuple[str, ...]:
    stripped = (name.strip()[:_MAX_NAME_CHARS] for name in names)
    return tuple(name for name in stripped if name)[:MAX_DEPTH]
