"""Reading a product feed of any supported format."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import urljoin

from index.catalog.column_mapping import (
    ColumnPlan,
    check_mapped_columns,
    check_required_columns,
    plan_columns,
)
from index.catalog.column_planner import ColumnPlanner
from index.catalog.column_uses import ColumnUse, describe_columns
from index.catalog.date_orders import DateOrders, find_date_orders
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.exports import EXPORT_FORMATS
from index.catalog.feed_mapping import FeedMapping, load_mapping
from index.catalog.file_detection import iter_rows_safely
from index.catalog.formats import ReadOptions, open_source
from index.catalog.image_addresses import PhotoRoot
from index.catalog.inferred_values import N_SAMPLED_ROWS, find_code_columns
from index.catalog.mapping_writer import format_mapping
from index.catalog.product_builder import ProductBuilder, RowDefaults
from index.catalog.records import (
    CellError,
    ColumnarSource,
    FeedRow,
    FeedSource,
    MalformedRow,
    Rejection,
    SourceRow,
    describe_merchant,
)
from index.catalog.rejects_file import RejectsFile
from index.catalog.row_outcomes import build_rejected_row, build_warnings
from index.catalog.row_photos import ReadClip
from index.catalog.sources.feed_address import parse_feed_address
from index.catalog.text_cleaning import is_empty
from index.text.currencies import to_currency_code
from index.text.languages import to_language_code
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

_TABLES = frozenset({"csv", "tsv"})
_FORMATS_WITH_HEADER = frozenset({"csv", "tsv", "parquet", *EXPORT_FORMATS})


class ProductFeed:
    """The products of a feed, read row by row; each iteration reads the file again.

    Args:
        path: The file.
        format_name: Name of its format.
        source: Reader of the format.
        mapping: The shop's column mapping.
        builder: Builds products from rows.
        rejects: File to write rejected rows to; None for none.
        name: How messages and reports call it; its path when empty.

    Attributes:
        path: The file.
        name: How messages and reports call it.
        format: Its format, one of `FEED_FORMATS`.
    """

    def __init__(  # noqa: PLR0913 -- one caller, `read_products`
        self,
        path: Path,
        format_name: str,
        source: FeedSource,
        mapping: FeedMapping,
        builder: ProductBuilder,
        rejects: Path | None = None,
        *,
        name: str = "",
    ) -> None:
        self.path = path
        self.name = name or str(path)
        self.format = format_name
        self._source = source
        self._mapping = mapping
        self._columns = source.read_columns()
        self._builder = builder
        self._rejects = rejects

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
        rejects = self._make_rejects_file()
        if rejects:
            rejects.reset()
        planner = ColumnPlanner(self._source, self._columns, self._mapping, self._find_unfit())
        seen_ids = SeenIds()
        # A planner of its own: rows are read with the columns known so far, as without this pass.
        orders = find_date_orders(
            self._source, ColumnPlanner(self._source, self._columns, self._mapping)
        )
        try:
            for source_row in iter_rows_safely(self._source):
                row = self._read_row(source_row, planner, seen_ids, orders)
                if rejects:
                    raw = source_row.cells if isinstance(source_row, SourceRow) else source_row.raw
                    rejects.write([r for r in (row.rejection, *row.warnings) if r], raw)
                yield row
        finally:
            seen_ids.close()
            if rejects:
                rejects.close()

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

    def _read_row(
        self,
        row: SourceRow | MalformedRow,
        planner: ColumnPlanner,
        seen_ids: SeenIds,
        orders: DateOrders,
    ) -> FeedRow:
        if isinstance(row, MalformedRow):
            product_id = (
                self._builder.read_id(planner.plan(row.cells), row.cells) if row.cells else ""
            )
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
            reason = _format_duplicate(first, current)
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
    dropped = {warning.column for warning in warnings if warning.field == "image"}
    filled = (column for column in columns if not is_empty(row.cells.get(column)))
    used = (column for column in filled if column not in dropped)
    main = next(used, plan.get_column("image"))
    return main, next(used, main)


def _may_replace(first: SeenRow, current: SeenRow) -> bool:
    return not first.is_complete and first.merchant_id == current.merchant_id


def _format_duplicate(first: SeenRow, current: SeenRow) -> str:
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
    """Open a product feed: CSV, TSV, JSON Lines, Parquet, Google Merchant, or a shop's export.

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
        encoding: Encoding of a CSV, TSV or JSON Lines feed that is not UTF-8 and has no byte order
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
    path = Path(path)
    feed_mapping = load_mapping(mapping) if isinstance(mapping, (str, Path)) else mapping
    feed_mapping = feed_mapping or FeedMapping()
    file = feed_mapping.file
    options = ReadOptions(
        format or file.get("format", ""),
        encoding or file.get("encoding", ""),
        file.get("delimiter", ""),
    )
    arguments = RowDefaults(merchant_id, currency, language)
    format_name, source = open_source(path, options)
    _check_columns(path, format_name, source, feed_mapping)
    if rejects and Path(rejects).resolve() == path.resolve():
        raise FeedError(path, "rejected rows cannot be written over the feed itself")
    name = parse_feed_address(base_address).shown if base_address else str(path)
    builder = ProductBuilder(
        name,
        _build_photo_root(path.parent, base_address, feed_mapping.defaults.get("image_root", "")),
        _resolve_defaults(path, arguments, feed_mapping.defaults),
        PhotoFolder(Path(photo_folder)) if photo_folder else None,
        read_clip,
    )
    rejects_path = Path(rejects) if rejects else None
    return ProductFeed(path, format_name, source, feed_mapping, builder, rejects_path, name=name)


def _build_photo_root(folder: Path, base_address: str, image_root: str) -> PhotoRoot:
    """Return where relative photos of a feed start from."""
    if not base_address:
        return PhotoRoot(folder / image_root)
    base = urljoin(base_address, f"{image_root.rstrip('/')}/") if image_root else base_address
    return PhotoRoot(folder, base)


def _check_columns(path: Path, format_name: str, source: FeedSource, mapping: FeedMapping) -> None:
    """Check the header; formats without one are checked by the names of their first rows."""
    columns = source.read_columns()
    if format_name in _FORMATS_WITH_HEADER:
        check_mapped_columns(columns, mapping, path)
    plan = plan_columns(columns, mapping, source.get_format_columns())
    if columns or format_name in _FORMATS_WITH_HEADER:
        check_required_columns(plan, columns, path)
    if isinstance(source, ColumnarSource):
        source.select_columns(plan.list_columns())


def _resolve_defaults(path: Path, arguments: RowDefaults, mapped: Mapping[str, str]) -> RowDefaults:
    """Return the defaults of rows: the arguments, then those of the mapping file.

    Raises:
        FeedError: The currency or the language is unknown.
    """
    currency = arguments.currency or mapped.get("currency", "")
    language = arguments.language or mapped.get("language", "")
    if currency and not to_currency_code(currency):
        raise FeedError(path, f"currency {currency!r} is no ISO 4217 code such as AED")
    if language and not to_language_code(language):
        raise FeedError(path, f"language {language!r} is no language code such as en")
    return RowDefaults(
        merchant_id=arguments.merchant_id or mapped.get("merchant_id", ""),
        currency=to_currency_code(currency) if currency else "",
        language=to_language_code(language) if language else "",
    )
