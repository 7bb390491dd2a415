"""Reading the cells of one row by field; unusable values are dropped with a reason."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from index.catalog.column_mapping import ColumnPlan
from index.catalog.excel_damage import SPREADSHEET_MARKS, restore_cell
from index.catalog.null_words import NULL_FIRST_CHARS, is_null
from index.catalog.records import CellError

T = TypeVar("T")
Cells = Mapping[str, object]
MAX_DROPPED_VALUES = 20
_FIRST_CHARS = NULL_FIRST_CHARS | SPREADSHEET_MARKS
"""Cells that begin with another character, most of them, are read as they are."""


class DroppedValue(NamedTuple):
    """A value that was dropped from a product: its field, the feed's column, and why."""

    field: str
    column: str
    reason: str


class RowReader:
    """Reads one row. An unusable cell counts as empty and is added to `dropped_values`.

    One invalid cell must not reject the whole row: yesterday's price and stock would then stay in
    the index.

    Args:
        plan: Which columns fill which field.
        cells: The row's values by column.

    Attributes:
        plan: Which columns fill which field.
        dropped_values: The first twenty values that could not be used.
    """

    def __init__(self, plan: ColumnPlan, cells: Cells) -> None:
        self.plan = plan
        self.dropped_values: list[DroppedValue] = []
        self._dropped_fields: set[str] = set()
        self._cells = cells
        self._columns = plan.fields

    def get_values(self, field: str) -> list[tuple[str, object]]:
        """Return the columns of a field that are not empty, most trusted first, with values."""
        columns = self._columns.get(field)
        if not columns:
            return []
        pairs = [(column, self.get_value(column, field)) for column in columns]
        return [(column, value) for column, value in pairs if value is not None]

    def get_value(self, column: str, field: str = "attributes") -> object:
        """Return the value of one column; None when it is empty or says so in words."""
        value = self._cells.get(column)
        if isinstance(value, str):
            if value and value[0] not in _FIRST_CHARS:
                return value
            value = restore_cell(value)
        return None if is_null(field, value) else value

    def read_required(self, field: str, parse: Callable[[object], str]) -> str:
        """Return the first value of a field that is not empty; an empty text without one.

        Raises:
            CellError: The value cannot be used; the error carries the column.
        """
        for column, value in self.get_values(field):
            try:
                text = parse(value)
            except CellError as exc:
                exc.column = exc.column or column
                raise
            if text:
                return text
        return ""

    def read(self, field: str, parse: Callable[[object], T], default: T) -> T:
        """Return the first value of a field that is not empty and can be parsed, or the default."""
        for column in self._columns.get(field, ()):
            value = self.get_value(column, field)
            if value is None:
                continue
            try:
                parsed = parse(value)
            except CellError as exc:
                self.drop_value(field, exc.column or column, exc.reason)
                continue
            if parsed or not isinstance(parsed, (str, tuple)):
                return parsed
        return default

    def find(self, field: str, parse: Callable[[object], T], default: T) -> T:
        """Return what `read` returns, where unusable values are nothing to report."""
        dropped_values, dropped_fields = list(self.dropped_values), set(self._dropped_fields)
        found = self.read(field, parse, default)
        self.dropped_values, self._dropped_fields = dropped_values, dropped_fields
        return found

    def drop_value(self, field: str, column: str, reason: str) -> None:
        """Record a value that cannot be used; only the first twenty of a row are reported."""
        self._dropped_fields.add(field)
        if len(self.dropped_values) < MAX_DROPPED_VALUES:
            self.dropped_values.append(DroppedValue(field, column, reason))

    def is_dropped(self, field: str) -> bool:
        """Return whether a value of a field was dropped."""
        return field in self._dropped_fields
