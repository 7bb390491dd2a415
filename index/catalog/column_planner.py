"""Column plans for feeds whose rows do not all have the same columns."""

from collections.abc import Mapping
from itertools import islice

from index.catalog.column_mapping import (
    MAX_INFERRED_COLUMNS,
    ColumnPlan,
    is_known_column,
    plan_columns,
)
from index.catalog.feed_mapping import FeedMapping
from index.catalog.records import FeedSource
from index.catalog.unused_columns import find_unused_reason

_MAX_COLUMNS = 2_000


class ColumnPlanner:
    """Keeps one plan for all columns seen so far, and extends it when a row brings a new one.

    One plan for all rows gives a column the same meaning in each: a row without `id` does not
    become a product under its `sku` when the others use `id`. Only the first two hundred unknown
    names become attributes: a feed with a new name in every row costs no more than any other.

    Args:
        source: Reader of the feed.
        columns: The columns of its header or first rows.
        mapping: The shop's mapping.
        unfit: Why the values of a column are no attributes, by column.
    """

    def __init__(
        self,
        source: FeedSource,
        columns: tuple[str, ...],
        mapping: FeedMapping,
        unfit: Mapping[str, str] | None = None,
    ) -> None:
        self._mapping = mapping
        self._unfit = unfit or {}
        self._format_columns = source.get_format_columns()
        self._format_names = {name for names in self._format_columns.values() for name in names}
        self._seen = set(columns)
        self._planned = dict.fromkeys(columns)
        self._plan = self._make_plan()

    def plan(self, cells: Mapping[str, object]) -> ColumnPlan:
        """Return the plan for a row."""
        if not cells.keys() <= self._seen:
            self._add([name for name in cells if name not in self._seen])
        return self._plan

    def _add(self, names: list[str]) -> None:
        # A feed with thousands of names uses most of them once; they must not accumulate.
        if len(self._seen) > _MAX_COLUMNS:
            self._seen = set(self._planned)
        self._seen.update(names)
        relevant = [
            name
            for name in names
            if name in self._format_names or is_known_column(name, self._mapping)
        ]
        n_free = MAX_INFERRED_COLUMNS - len(self._plan.inferred)
        if n_free > 0:
            unknown = (name for name in names if not find_unused_reason(name))
            relevant = list(dict.fromkeys([*relevant, *islice(unknown, n_free)]))
        if relevant:
            planned = {} if len(self._planned) > _MAX_COLUMNS else self._planned
            self._planned = {**planned, **dict.fromkeys(relevant)}
            self._plan = self._make_plan()

    def _make_plan(self) -> ColumnPlan:
        return plan_columns(self._planned, self._mapping, self._format_columns, self._unfit)
