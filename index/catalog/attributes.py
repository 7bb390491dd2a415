"""Attributes of one row: from columns of their own, and from objects of names and values."""

from index.catalog.cell_objects import parse_object
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import RowReader
from index.catalog.stock_status import PREORDER_WORDS, normalize_availability
from index.catalog.text_cleaning import MAX_VALUE_CHARS, clean_line, is_empty

MAX_ATTRIBUTES = 100


def read_attributes(row: RowReader) -> dict[str, str]:
    """Return the attributes of a row, at most a hundred; what cannot be used is noted as lost."""
    found: dict[str, str] = {}
    for name, column in row.plan.attributes:
        value = row.get_value(column)
        if not is_empty(value) and not _add(row, found, name, value, column):
            break
    for column, value in row.get_values("attributes"):
        _add_object(row, found, value, column)
    word = next((normalize_availability(value) for _, value in row.get_values("in_stock")), "")
    if word in PREORDER_WORDS:
        found.setdefault("availability", word)
    return found


def _add_object(row: RowReader, found: dict[str, str], value: object, column: str) -> None:
    try:
        pairs = parse_object(value)
    except CellError as exc:
        row.drop_value("attributes", column, exc.reason)
        return
    for key, each in pairs.items():
        try:
            name = _line(key)
        except CellError as exc:
            row.drop_value("attributes", column, exc.reason)
            continue
        if name and not is_empty(each) and not _add(row, found, name, each, column):
            break


def _add(row: RowReader, found: dict[str, str], name: str, value: object, column: str) -> bool:
    """Take an attribute unless it is there already.

    Returns:
        Whether there may be more of them.
    """
    if len(found) >= MAX_ATTRIBUTES:
        row.drop_value("attributes", column, f"at most {MAX_ATTRIBUTES} attributes expected")
        return False
    try:
        found.setdefault(name, _text(value))
    except CellError as exc:
        row.drop_value("attributes", column, exc.reason)
    return True


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_line(each) for each in value if not is_empty(each))
    return _line(as_json(value) if isinstance(value, dict) else value)


def _line(value: object) -> str:
    return clean_line(value, MAX_VALUE_CHARS)
