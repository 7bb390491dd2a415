"""Reading a product feed of any supported format."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from index.catalog.column_mapping import (
    ColumnPlan,
    check_required_columns,
    plan_columns,
)
from index.catalog.column_planner import ColumnPlanner
from index.catalog.date_orders import DateOrders
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.feed import Feed
from index.catalog.feed_mapping import FeedMapping, load_mapping
from index.catalog.feed_opening import OpenedFeed, open_feed
from index.catalog.formats import ReadOptions
from index.catalog.image_addresses import PhotoRoot
from index.catalog.product_builder import ProductBuilder, RowDefaults
from index.catalog.records import (
    CellError,
    ColumnarSource,
    FeedRow,
    MalformedRow,
    Rejection,
    SourceRow,
    describe_merchant,
)
from index.catalog.row_identity import find_id
from index.catalog.row_outcomes import build_rejected_row, build_warnings
from index.catalog.row_photos import ReadClip
from index.catalog.text_cleaning import is_empty
from shopwindow.values import Product


class ProductFeed(Feed):
    """The products of a feed, read row by row; each iteration reads the file again.

    Args:
        opened: The feed.
        builder: Builds products from rows.
    """

    def __init__(self, opened: OpenedFeed, builder: ProductBuilder) -> None:
        super().__init__(opened)
        self._builder = builder

    def __iter__(self) -> Iterator[Product]:
        """Yield the products only; `iter_rows` also yields what was rejected.

        Yields:
            Products in the order of the feed.

        Raises:
            FeedError: The file is missing, or cannot be read at all.
        """
        for row in self.iter_rows():
            if row.product is not None:
                yield row.product

    def iter_rows(self) -> Iterator[FeedRow]:
        """Yield every row, as a product or a rejection. Empty lines are skipped.

        An unusable cell only drops its field, with a warning; the id and the seller must be
        readable. Duplicate ids are rejected with the line of the first row, unless the first row
        is incomplete and the later one is complete. A truncated file yields all rows before the
        break, and then one rejection for the rest.

        Yields:
            Rows in the order of the feed.

        Raises:
            FeedError: The file is missing, cannot be read at all, contains photos without a folder
                to write them to, or the file of rejected rows cannot be written.
        """
        with closing(SeenIds()) as seen_ids:
            yield from self._iter_outcomes(partial(self._read_row, seen_ids=seen_ids))

    def _read_row(
        self,
        row: SourceRow | MalformedRow,
        planner: ColumnPlanner,
        orders: DateOrders,
        seen_ids: SeenIds,
    ) -> FeedRow:
        if isinstance(row, MalformedRow):
            product_id = find_id(planner.plan(row.cells), row.cells) if row.cells else ""
            error = CellError(row.reason, "", product_id)
            return build_rejected_row(self.name, row.line, error, row.raw)
        plan = planner.plan(row.cells)
        try:
            built = self._builder.build(plan, row.cells, orders)
        except CellError as exc:
            return build_rejected_row(self.name, row.line, exc, row.cells)
        warnings = build_warnings(self.name, row, built)
        product = built.product
        # A product with only a photo is incomplete: the photo may turn out to be unusable.
        current = SeenRow(row.line, product.merchant_id, not warnings and bool(product.title))
        first = self._find_first(seen_ids, product.id, current)
        if first and not (current.is_complete and _may_replace(first, current)):
            reason = format_duplicate(first, current)
            error = CellError(reason, plan.get_column("id"), product.id)
            return build_rejected_row(self.name, row.line, error, row.cells)
        if first:
            seen_ids.replace(product.id, current)
        photo_column, further_photo_column = _find_photo_columns(plan, row, warnings)
        return FeedRow(
            row.line,
            product,
            warnings=warnings,
            is_replacement=bool(first),
            photo_column=photo_column,
            further_photo_column=further_photo_column,
        )


def _find_photo_columns(
    plan: ColumnPlan, row: SourceRow, warnings: Sequence[Rejection]
) -> tuple[str, str]:
    """Return the columns of the main photo and of the first further one.

    They are the first two that are not empty, and were not dropped as unusable; of one column that
    has all photos, that one twice.
    """
    columns = plan.fields.get("image", ())
    if len(columns) == 1:
        return columns[0], columns[0]
    dropped = {warning.column for warning in warnings if warning.field in {"image", "images"}}
    filled = (column for column in columns if not is_empty(row.cells.get(column)))
    used = (column for column in filled if column not in dropped)
    main = next(used, plan.get_column("image"))
    return main, next(used, main)


def _may_replace(first: SeenRow, current: SeenRow) -> bool:
    return not first.is_complete and first.merchant_id == current.merchant_id


def format_duplicate(first: SeenRow, current: SeenRow) -> str:
    """Return the reason why a row cannot use the id of an earlier one."""
    reason = f"the id is used in line {first.line} already"
    if first.merchant_id == current.merchant_id:
        return reason
    owner, claimant = map(describe_merchant, (first.merchant_id, current.merchant_id))
    return f"{reason}, by {owner}; this row is of {claimant}"


def read_products(  # noqa: PLR0913 -- the one entry point; every option has a name and a default
    path: Path | str,
    *,
    mapping: Path | str | FeedMapping | None = None,
    format: str | None = None,
    rejects: Path | str | None = None,
    photo_folder: Path | str | None = None,
    encoding: str = "",
    merchant_id: str = "",
    currency: str = "",
    language: str = "",
    base_address: str = "",
    read_clip: ReadClip | None = None,
) -> ProductFeed:
    """Open a product feed: CSV, TSV, JSON, Parquet, Google Merchant, or a shop's export.

    Columns are recognized by their common names in English and Arabic. A row's own value takes
    precedence over the arguments, and these over the defaults of the mapping file. Titles are
    truncated to 1,000 characters, descriptions to 20,000.

    Args:
        path: The feed; text formats may be compressed with gzip or zip.
        mapping: A TOML file, or its content, for columns with other names.
        format: One of `FEED_FORMATS`; detected when not given.
        rejects: A CSV file to write rejected rows to as they occur; created only for the first
            one. An earlier file of rejected rows is replaced.
        photo_folder: Folder to write photos to that the feed contains as bytes.
        encoding: Encoding of a CSV, TSV or JSON feed that is not UTF-8 and has no byte order
            mark.
        merchant_id: The seller, for rows that name none.
        currency: ISO 4217 code, for prices that name none.
        language: Language of titles, for rows that name none.
        base_address: The address that the feed was fetched from, see `fetch_feed`: relative photos
            start from there, and no photo is a file of this machine.
        read_clip: Makes photos of a video, as `embed.ClipFrameFolder` does; None to leave videos
            out with a warning.

    Returns:
        The feed, validated as far as its header; rows are read when it is iterated.

    Raises:
        FeedError: The file is missing, of no known format or encoding, lacks a required column, or
            an option is invalid. Single bad rows do not raise: see `ProductFeed.iter_rows`.
    """
    opened = open_feed(
        Path(path),
        load_mapping(mapping) if isinstance(mapping, (str, Path)) else mapping or FeedMapping(),
        ReadOptions(format or "", encoding),
        RowDefaults(merchant_id, currency, language),
        Path(rejects) if rejects else None,
        base_address=base_address,
    )
    _check_columns(opened)
    builder = ProductBuilder(
        opened.name,
        _build_photo_root(opened, base_address),
        opened.defaults,
        PhotoFolder(Path(photo_folder)) if photo_folder else None,
        read_clip,
    )
    return ProductFeed(opened, builder)


def _build_photo_root(opened: OpenedFeed, base_address: str) -> PhotoRoot:
    """Return where relative photos of a feed start from."""
    folder, image_root = opened.path.parent, opened.mapping.defaults.get("image_root", "")
    if not base_address:
        return PhotoRoot(folder / image_root)
    base = urljoin(base_address, f"{image_root.rstrip('/')}/") if image_root else base_address
    return PhotoRoot(folder, base)


def _check_columns(opened: OpenedFeed) -> None:
    """Check the header; formats without one are checked by the names of their first rows."""
    source, columns = opened.source, opened.source.read_columns()
    plan = plan_columns(columns, opened.mapping, source.get_format_columns())
    if opened.has_header:
        check_required_columns(plan, columns, opened.path)
    if isinstance(source, ColumnarSource):
        source.select_columns(plan.list_columns())
