"""Attributes of one row: from separate columns, and from objects of names and values."""

from index.catalog.cell_objects import parse_object
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import RowReader
from index.catalog.stock_status import PREORDER_WORDS, normalize_availability
from index.catalog.text_cleaning import MAX_VALUE_CHARS, clean_line, is_empty

MAX_ATTRIBUTES = 100


def read_attributes(row: RowReader) -> dict[str, str]:
    """Return the attributes of a row, at most a hundred; unusable values are dropped."""
    attributes: dict[str, str] = {}
    for name, column in row.plan.attributes:
        value = row.get_value(column)
        if not is_empty(value) and not _add(row, attributes, name, value, column):
            break
    for column, value in row.get_values("attributes"):
        _add_object(row, attributes, value, column)
    availability = next(
        (normalize_availability(value) for _, value in row.get_values("in_stock")), ""
    )
    if availability in PREORDER_WORDS:
        attributes.setdefault("availability", availability)
    return attributes


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
