"""Reading a feed row by row, whatever its rows become."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeAlias, TypeVar

from index.catalog.column_mapping import ColumnPlan, plan_columns
from index.catalog.column_planner import ColumnPlanner
from index.catalog.column_uses import ColumnUse, describe_columns
from index.catalog.date_orders import DateOrders, find_date_orders
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.feed_opening import OpenedFeed
from index.catalog.file_detection import iter_rows_safely
from index.catalog.inferred_values import N_SAMPLED_ROWS, find_code_columns
from index.catalog.mapping_writer import format_mapping
from index.catalog.records import MalformedRow, Rejection, SourceRow
from index.catalog.rejects_file import RejectsFile
from shopwindow.values.errors import FeedError

_TABLES = frozenset({"csv", "tsv"})


class RowOutcome(Protocol):
    """What a row becomes, as far as the file of rejected rows needs to know it."""

    @property
    def rejection(self) -> Rejection | None:
        """Why the row was rejected; None when it was not."""
        ...

    @property
    def warnings(self) -> tuple[Rejection, ...]:
        """Values that could not be used."""
        ...


Outcome = TypeVar("Outcome", bound=RowOutcome)
RowParser: TypeAlias = Callable[[SourceRow | MalformedRow, ColumnPlanner, DateOrders], Outcome]


class Feed:
    """A feed, whose rows become products or updates; each iteration reads the file again.

    Args:
        opened: The feed, with its format, mapping and defaults.

    Attributes:
        path: The file.
        name: How messages and reports call it: its path, or the address without its secrets.
        format: Its format, one of `FEED_FORMATS`.
    """

    def __init__(self, opened: OpenedFeed) -> None:
        self.path = opened.path
        self.name = opened.name
        self.format = opened.format
        self._source = opened.source
        self._mapping = opened.mapping
        self._columns = opened.source.read_columns()
        self._rejects = opened.rejects

    def plan_columns(self) -> ColumnPlan:
        """Return what each column of the header, or of the first rows, is used for.

        Raises:
            FeedError: The file is missing, or cannot be read at all.
        """
        columns, mapping = self._columns, self._mapping
        return plan_columns(columns, mapping, self._source.get_format_columns(), self._find_unfit())

    def describe_columns(self) -> tuple[ColumnUse, ...]:
        """Return the use of each column, with values of the first rows.

        Raises:
            FeedError: The file is missing, or cannot be read at all.
        """
        rows = islice(iter_rows_safely(self._source), N_SAMPLED_ROWS)
        cells = [row.cells for row in rows if isinstance(row, SourceRow)]
        return describe_columns(self._columns, self.plan_columns(), cells)

    def format_mapping(self, file: Mapping[str, str] | None = None) -> str:
        """Return a mapping file, as text, that reads the feed as it is read now.

        Args:
            file: Format and encoding, where they were given.

        Raises:
            FeedError: The file is missing, or cannot be read at all.
        """
        format_columns = self._source.get_format_columns().values()
        own_columns = {column for columns in format_columns for column in columns}
        defaults, read_as = dict(self._mapping.defaults), {**self._mapping.file, **(file or {})}
        return format_mapping(self.plan_columns(), defaults, read_as, own_columns)

    def append_rejections(self, rejections: Sequence[Rejection]) -> None:
        """Append rows that were rejected only after reading to the file of rejected rows.

        The feed is read again for the whole rows.

        Raises:
            FeedError: The feed cannot be read, or the file cannot be written.
        """
        rejects = self._make_rejects_file()
        if rejects is None or not rejections:
            return
        by_line: dict[int, list[Rejection]] = {}
        for rejection in rejections:
            by_line.setdefault(rejection.line, []).append(rejection)
        rejects.append_to_existing()
        try:
            for row in iter_rows_safely(self._source):
                if row.line in by_line:
                    raw = row.cells if isinstance(row, SourceRow) else row.raw
                    rejects.write(by_line.pop(row.line), raw)
            for left in by_line.values():
                rejects.write(left, left[0].raw)
        finally:
            rejects.close()

    def _iter_outcomes(self, read_row: RowParser[Outcome]) -> Iterator[Outcome]:
        """Yield what each row becomes, and write rejected rows and dropped values to their file."""
        rejects = self._make_rejects_file()
        if rejects:
            rejects.reset()
        planner = ColumnPlanner(self._source, self._columns, self._mapping, self._find_unfit())
        # A planner of its own: rows are read with the columns known so far, as without this pass.
        orders = find_date_orders(
            self._source, ColumnPlanner(self._source, self._columns, self._mapping)
        )
        try:
            for source_row in iter_rows_safely(self._source):
                row = read_row(source_row, planner, orders)
                if rejects:
                    raw = source_row.cells if isinstance(source_row, SourceRow) else source_row.raw
                    rejects.write([r for r in (row.rejection, *row.warnings) if r], raw)
                yield row
        finally:
            if rejects:
                rejects.close()

    def _find_first(self, seen_ids: SeenIds, product_id: str, current: SeenRow) -> SeenRow | None:
        """Return the first row with an id; None when this is the first.

        Raises:
            FeedError: The ids of a large feed cannot be written to the temporary folder.
        """
        try:
            return seen_ids.add(product_id, current)
        except OSError as exc:
            folder = tempfile.gettempdir()
            reason = f"its ids cannot be kept in {folder} ({exc}); free space there, or set TMPDIR"
            raise FeedError(self.path, reason) from exc

    def _make_rejects_file(self) -> RejectsFile | None:
        columns = self._columns if self.format in _TABLES else ()
        return RejectsFile(self._rejects, columns) if self._rejects else None

    def _find_unfit(self) -> dict[str, str]:
        """Return the unknown columns whose first values show that they are no attributes."""
        plan = plan_columns(self._columns, self._mapping, self._source.get_format_columns())
        columns = [column for _, column in plan.inferred]
        rows = islice(iter_rows_safely(self._source), N_SAMPLED_ROWS) if columns else ()
        cells = [row.cells for row in rows if isinstance(row, SourceRow)]
        return find_code_columns(cells, columns)
