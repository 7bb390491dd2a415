"""The plan of columns for feeds whose rows do not all have the same ones."""

from collections.abc import Mapping

from index.feeds.columns import ColumnPlan, plan_columns
from index.feeds.mapping import FeedMapping
from index.feeds.records import FeedSource

_MAX_COLUMNS = 2_000


class ColumnPlanner:
    """Keeps one plan for all columns met so far, and makes it anew when a row brings another.

    One plan for all rows means that a column has the same meaning in each: a row without `id`
    does not become a product under its `sku` when the others go by `id`.
    """

    def __init__(self, source: FeedSource, columns: tuple[str, ...], mapping: FeedMapping) -> None:
        self._mapping = mapping
        self._fixed = source.fixed()
        self._known = dict.fromkeys(columns)
        self._plan = self._made()

    def plan(self, cells: Mapping[str, object]) -> ColumnPlan:
        """Return the plan for a row."""
        if not cells.keys() <= self._known.keys():
            # A feed with thousands of names uses most of them once; they must not add up.
            known = {} if len(self._known) > _MAX_COLUMNS else self._known
            self._known = {**known, **dict.fromkeys(cells)}
            self._plan = self._made()
        return self._plan

    def _made(self) -> ColumnPlan:
        return plan_columns(self._known, self._mapping, self._fixed)
