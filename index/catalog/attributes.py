"""Attributes of one row: from separate columns, and from objects of names and values."""

import re
from functools import lru_cache

from index.catalog.cell_objects import parse_object
from index.catalog.header_matching import match_attribute, strip_repeat
from index.catalog.inferred_values import MAX_INFERRED_ATTRIBUTES, find_unfit_reason
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import MAX_VALUE_CHARS, clean_line, is_empty

MAX_ATTRIBUTES = 100
_COMMA, _COLON = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\):")
_ESCAPED = re.compile(r"\\([,:])")


def read_attributes(row: RowReader) -> dict[str, str]:
    """Return the attributes of a row, at most a hundred; unusable values are dropped."""
    attributes: dict[str, str] = {}
    for name, column in row.plan.attributes:
        value = row.get_value(column)
        if not is_empty(value) and not _add_column(row, attributes, name, value, column):
            break
    for column, value in row.get_values("attributes"):
        _add_object(row, attributes, value, column)
    for column, value in row.get_values("details"):
        _add_details(row, attributes, value, column)
    if row.plan.inferred:
        _add_inferred(row, attributes)
    return attributes


def _add_column(
    row: RowReader, attributes: dict[str, str], name: str, value: object, column: str
) -> bool:
    """Add a column's value; that of a repeated column joins the value before it.

    Returns:
        Whether more attributes may be added.
    """
    before = attributes.get(name, "")
    if not before or strip_repeat(column) == column:
        return _add(row, attributes, name, value, column)
    return _join(row, attributes, name, value, column)


def _join(
    row: RowReader, attributes: dict[str, str], name: str, value: object, column: str
) -> bool:
    added: dict[str, str] = {}
    is_open = _add(row, added, name, value, column)
    before, after = attributes[name], added.get(name, "")
    if after and after not in before.split(", "):
        attributes[name] = f"{before}, {after}"[:MAX_VALUE_CHARS]
    return is_open


def _add_inferred(row: RowReader, attributes: dict[str, str]) -> None:
    """Add values of unknown columns that look like attributes, within their own limit."""
    n_free = min(MAX_INFERRED_ATTRIBUTES, MAX_ATTRIBUTES - len(attributes))
    known = set(attributes)
    for name, column in row.plan.inferred:
        value = row.get_value(column)
        if is_empty(value) or name in known:
            continue
        text = _read_inferred(value)
        if not text:
            continue
        if name in attributes:
            _join(row, attributes, name, text, column)
        elif n_free > 0:
            attributes[name] = text
            n_free -= 1


def _read_inferred(value: object) -> str:
    """Return the value of an unknown column; empty when it does not look like an attribute."""
    if isinstance(value, str):
        return "" if find_unfit_reason(value) else _clean_text(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return _read_inferred(", ".join(value))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return "" if find_unfit_reason(str(value)) else _clean_value(value)


@lru_cache(maxsize=16_384)
def _clean_text(text: str) -> str:
    try:
        return _clean_value(text)
    except CellError:
        return ""


def _add_details(row: RowReader, attributes: dict[str, str], value: object, column: str) -> None:
    r"""Add Google's product details: "section:name:value", several with commas between them.

    Commas and colons of their texts are written `\,` and `\:`. A reader of XML has parsed them.

    Source: Google Merchant Center, attribute product_detail.
    """
    if not isinstance(value, str):
        _add_object(row, attributes, value, column)
        return
    details = [_COLON.split(part) for part in _COMMA.split(value)]
    if any(len(parts) != 3 for parts in details):
        details = [_COLON.split(value, 2)]
    for parts in details:
        if len(parts) != 3:
            reason = f'"section:name:value" expected, got {value[:60]!r}'
            row.drop_value("attributes", column, reason)
            continue
        name, text = (_ESCAPED.sub(r"\1", part).strip() for part in parts[1:])
        name = match_attribute(name) or _clean_value(name).casefold()
        if name and text:
            _add(row, attributes, name, text, column)


def _add_object(row: RowReader, attributes: dict[str, str], value: object, column: str) -> None:
    try:
        pairs = parse_object(value)
    except CellError as exc:
        row.drop_value("attributes", column, exc.reason)
        return
    for key, item in pairs.items():
        try:
            name = _clean_value(key)
        except CellError as exc:
            row.drop_value("attributes", column, exc.reason)
            continue
        if name and not is_empty(item) and not _add(row, attributes, name, item, column):
            break


def _add(row: RowReader, attributes: dict[str, str], name: str, value: object, column: str) -> bool:
    """Add an attribute unless it is present already.

    Returns:
        Whether more attributes may be added.
    """
    if len(attributes) >= MAX_ATTRIBUTES:
        row.drop_value("attributes", column, f"at most {MAX_ATTRIBUTES} attributes expected")
        return False
    try:
        attributes.setdefault(name, _format_value(value))
    except CellError as exc:
        row.drop_value("attributes", column, exc.reason)
    return True


def _format_value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_clean_value(item) for item in value if not is_empty(item))
    return _clean_value(as_json(value) if isinstance(value, dict) else value)


def _clean_value(value: object) -> str:
    return clean_line(value, MAX_VALUE_CHARS)
