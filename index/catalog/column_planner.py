"""The plan of columns for feeds whose rows do not all have the same ones."""

from collections.abc import Mapping

from index.catalog.column_mapping import ColumnPlan, is_known_column, plan_columns
from index.catalog.feed_mapping import FeedMapping
from index.catalog.records import FeedSource

_MAX_COLUMNS = 2_000


class ColumnPlanner:
    """Keeps one plan for all columns met so far, and makes it anew when a row brings another.

    One plan for all rows means that a column has the same meaning in each: a row without `id`
    does not become a product under its `sku` when the others go by `id`. A name that means nothing
    changes no plan: a feed with a new name in every row costs no more than another.
    """

    def __init__(self, source: FeedSource, columns: tuple[str, ...], mapping: FeedMapping) -> None:
        self._mapping = mapping
        self._fixed = source.get_format_columns()
        self._own = {column for names in self._fixed.values() for column in names}
        self._met = set(columns)
        self._used = dict.fromkeys(columns)
        self._plan = self._made()

    def plan(self, cells: Mapping[str, object]) -> ColumnPlan:
        """Return the plan for a row."""
        if not cells.keys() <= self._met:
            self._meet([name for name in cells if name not in self._met])
        return self._plan

    def _meet(self, names: list[str]) -> None:
        # A feed with thousands of names uses most of them once; they must not add up.
        if len(self._met) > _MAX_COLUMNS:
            self._met = set(self._used)
        self._met.update(names)
        found = [n for n in names if n in self._own or is_known_column(n, self._mapping)]
        if found:
            used = {} if len(self._used) > _MAX_COLUMNS else self._used
            self._used = {**used, **dict.fromkeys(found)}
            self._plan = self._made()

    def _made(self) -> ColumnPlan:
        return plan_columns(self._used, self._mapping, self._fixed)
