"""The cells of one row, field by field; what cannot be used is set aside with its reason."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from index.catalog.column_mapping import ColumnPlan
from index.catalog.records import CellError
from index.catalog.text_cleaning import is_empty

T = TypeVar("T")
Cells = Mapping[str, object]
MAX_DROPPED_VALUES = 20


class DroppedValue(NamedTuple):
    """A value that a product goes without: its field, the feed's column, and why."""

    field: str
    column: str
    reason: str


class RowReader:
    """Reads one row. A cell that cannot be used counts as empty and is noted in `dropped_values`.

    One odd cell must not cost the product: its row would be rejected, and the price and the stock
    of yesterday would stay in the index.
    """

    def __init__(self, plan: ColumnPlan, cells: Cells) -> None:
        self.plan = plan
        self.dropped_values: list[DroppedValue] = []
        self._lost: set[str] = set()
        self._cells = cells
        self._columns = plan.fields

    def get_values(self, field: str) -> list[tuple[str, object]]:
        """Return the columns of a field that say something, best first, with their values."""
        columns = self._columns.get(field)
        if not columns:
            return []
        pairs = [(column, self._cells.get(column)) for column in columns]
        return [(column, value) for column, value in pairs if not is_empty(value)]

    def get_value(self, column: str) -> object:
        """Return the value of one column; None when the row does not have it."""
        return self._cells.get(column)

    def read_required(self, field: str, parse: Callable[[object], str]) -> str:
        """Return the first value of a field that says something; empty when there is none.

        Raises:
            CellError: The value cannot be used; it carries the column.
        """
        for column, value in self.get_values(field):
            try:
                found = parse(value)
            except CellError as exc:
                exc.column = exc.column or column
                raise
            if found:
                return found
        return ""

    def read(self, field: str, parse: Callable[[object], T], empty: T) -> T:
        """Return the first value of a field that says something and can be used."""
        for column in self._columns.get(field, ()):
            value = self._cells.get(column)
            if is_empty(value):
                continue
            try:
                found = parse(value)
            except CellError as exc:
                self.drop_value(field, exc.column or column, exc.reason)
                continue
            if found or not isinstance(found, (str, tuple)):
                return found
        return empty

    def drop_value(self, field: str, column: str, reason: str) -> None:
        """Note a value that cannot be used; of a row the first twenty are told."""
        self._lost.add(field)
        if len(self.dropped_values) < MAX_DROPPED_VALUES:
            self.dropped_values.append(DroppedValue(field, column, reason))

    def is_dropped(self, field: str) -> bool:
        """Return whether a value of a field could not be used."""
        return field in self._lost
