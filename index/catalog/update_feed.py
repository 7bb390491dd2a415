"""Reading a feed of partial updates: an id, and the columns that changed."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from index.catalog.column_mapping import ColumnPlan, plan_columns
from index.catalog.column_planner import ColumnPlanner
from index.catalog.date_orders import DateOrders
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.feed import Feed
from index.catalog.feed_mapping import FeedMapping, load_mapping
from index.catalog.feed_opening import OpenedFeed, open_feed
from index.catalog.formats import ReadOptions
from index.catalog.product_builder import RowDefaults
from index.catalog.product_feed import format_duplicate
from index.catalog.records import CellError, ColumnarSource, MalformedRow, Rejection, SourceRow
from index.catalog.row_identity import find_id
from index.catalog.row_outcomes import build_dropped, build_rejection
from index.catalog.update_builder import UpdateBuilder
from index.catalog.update_columns import check_updatable_columns, restrict_to_updatable
from shopwindow.values import Product, ProductUpdate

ReadUpdate: TypeAlias = "Callable[[Product | None], ReadUpdateResult]"


@dataclass(frozen=True, slots=True)
class ReadUpdateResult:
    """What a row says once the stored product is known.

    Attributes:
        update: The update; None when the row was rejected.
        rejection: The rejection; None when there is an update.
        warnings: Values that could not be used; their fields are removed.
    """

    update: ProductUpdate | None = None
    rejection: Rejection | None = None
    warnings: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """One row of updates, whose values are read once the stored product is known.

    Attributes:
        line: Line where the row starts, from 1.
        product_id: The product's id; empty when the row was rejected.
        merchant_id: The seller that the row names.
        id_column: The feed's own name of the id's column.
        rejection: Why the row was rejected; None when it was not.
        warnings: None yet; see `read`.
        read: Returns the update, given the stored product: its currency is that of a price without
            one.
    """

    line: int
    product_id: str = ""
    merchant_id: str = ""
    id_column: str = "id"
    rejection: Rejection | None = None
    warnings: tuple[Rejection, ...] = ()
    read: ReadUpdate = lambda _: ReadUpdateResult()


class UpdateFeed(Feed):
    """The updates of a feed, read row by row; each iteration reads the file again.

    Args:
        opened: The feed.
    """

    def __init__(self, opened: OpenedFeed) -> None:
        super().__init__(opened)
        self._updates = UpdateBuilder(opened.defaults)
        self._plans = (ColumnPlan({}), ColumnPlan({}))

    def iter_updates(self) -> Iterator[UpdateRow]:
        """Yield every row, as an update or a rejection. Empty lines are skipped.

        Yields:
            Rows in the order of the feed; a later row with the same id is rejected.

        Raises:
            FeedError: The file is missing, cannot be read at all, or the file of rejected rows
                cannot be written.
        """
        with closing(SeenIds()) as seen_ids:
            yield from self._iter_outcomes(partial(self._read_update, seen_ids=seen_ids))

    def plan_columns(self) -> ColumnPlan:
        """Return what each column is used for; see `Feed.plan_columns`."""
        return restrict_to_updatable(super().plan_columns())

    def _restrict(self, plan: ColumnPlan) -> ColumnPlan:
        if self._plans[0] is not plan:
            self._plans = (plan, restrict_to_updatable(plan))
        return self._plans[1]

    def _read_update(
        self,
        row: SourceRow | MalformedRow,
        planner: ColumnPlanner,
        orders: DateOrders,
        seen_ids: SeenIds,
    ) -> UpdateRow:
        plan = self._restrict(planner.plan(row.cells))
        if isinstance(row, MalformedRow):
            error = CellError(row.reason, "", find_id(plan, row.cells))
            return self._reject(row.line, error, row.raw)
        try:
            product_id, merchant_id = self._updates.read_identity(plan, row.cells)
        except CellError as exc:
            return self._reject(row.line, exc, row.cells)
        column, current = plan.get_column("id"), SeenRow(row.line, merchant_id, True)
        first = self._find_first(seen_ids, product_id, current)
        if first:
            error = CellError(format_duplicate(first, current), column, product_id, merchant_id)
            return self._reject(row.line, error, row.cells)
        read = partial(self._build, row, plan, orders)
        return UpdateRow(row.line, product_id, merchant_id, column, read=read)

    def _build(
        self, row: SourceRow, plan: ColumnPlan, orders: DateOrders, stored: Product | None
    ) -> ReadUpdateResult:
        try:
            update, dropped = self._updates.build(plan, row.cells, orders, stored)
        except CellError as exc:
            return ReadUpdateResult(rejection=build_rejection(self.name, row.line, exc, row.cells))
        warnings = build_dropped(self.name, row, update.id, update.merchant_id, dropped)
        return ReadUpdateResult(update, warnings=warnings)

    def _reject(self, line: int, error: CellError, raw: object) -> UpdateRow:
        return UpdateRow(line, rejection=build_rejection(self.name, line, error, raw))


def read_updates(  # noqa: PLR0913 -- the one entry point; every option has a name and a default
    path: Path | str,
    *,
    mapping: Path | str | FeedMapping | None = None,
    format: str | None = None,
    rejects: Path | str | None = None,
    encoding: str = "",
    merchant_id: str = "",
    currency: str = "",
    base_address: str = "",
) -> UpdateFeed:
    """Open a feed of partial updates, in any format of `index.read_products`.

    It needs a column of ids, and one that can be updated. Empty cells change nothing; a cell with
    one of `REMOVAL_WORDS` removes the value.

    Args:
        path: The feed; text formats may be compressed with gzip or zip.
        mapping: A TOML file, or its content, for columns with other names.
        format: One of `FEED_FORMATS`; detected when not given.
        rejects: A CSV file to write rejected rows to.
        encoding: Encoding of a text feed that is not UTF-8 and has no byte order mark.
        merchant_id: The seller, for rows that name none.
        currency: ISO 4217 code, for prices that name none; empty for that of each product.
        base_address: The address that the feed was fetched from, see `fetch_feed`; reports name it
            in place of the file.

    Returns:
        The feed, validated as far as its header; rows are read when it is iterated.

    Raises:
        FeedError: The file is missing, of no known format or encoding, lacks a required column, or
            an option is invalid.
    """
    opened = open_feed(
        Path(path),
        load_mapping(mapping) if isinstance(mapping, (str, Path)) else mapping or FeedMapping(),
        ReadOptions(format or "", encoding),
        RowDefaults(merchant_id, currency),
        Path(rejects) if rejects else None,
        base_address=base_address,
    )
    source, columns = opened.source, opened.source.read_columns()
    plan = restrict_to_updatable(plan_columns(columns, opened.mapping, source.get_format_columns()))
    if opened.has_header:
        check_updatable_columns(plan, columns, opened.path)
    if isinstance(source, ColumnarSource):
        source.select_columns(plan.list_columns())
    return UpdateFeed(opened)
