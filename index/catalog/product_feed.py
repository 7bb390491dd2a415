"""Reading a shop's catalogue, whatever its format."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from index.catalog.column_mapping import check_mapped_columns, check_required_columns, plan_columns
from index.catalog.column_planner import ColumnPlanner
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.feed_mapping import FeedMapping, check_mapping, load_mapping
from index.catalog.file_detection import iter_rows_safely
from index.catalog.formats import ReadOptions, open_source
from index.catalog.image_addresses import PhotoRoot
from index.catalog.product_builder import ProductBuilder, RowDefaults
from index.catalog.records import (
    CellError,
    ColumnarSource,
    FeedRow,
    FeedSource,
    MalformedRow,
    SourceRow,
    describe_merchant,
)
from index.catalog.rejects_file import RejectsFile
from index.catalog.row_outcomes import build_rejected_row, build_warnings
from index.text.currencies import to_currency_code
from index.text.languages import to_language_code
from shopwindow.values.errors import FeedError
from shopwindow.values.product import Product


class ProductFeed:
    """The products of a feed, read row by row; can be read again, each time from the file.

    Attributes:
        path: The file.
        format: Its format: one of csv, tsv, jsonl, parquet, google-xml, shopify.
    """

    def __init__(
        self,
        path: Path,
        form: str,
        source: FeedSource,
        mapping: FeedMapping,
        builder: ProductBuilder,
        rejects: Path | None = None,
    ) -> None:
        self.path = path
        self._file = str(path)
        self.format = form
        self._source = source
        self._mapping = mapping
        self._columns = source.read_columns()
        self._builder = builder
        self._rejects = rejects

    def __iter__(self) -> Iterator[Product]:
        """Yield the products only; `rows` tells what was rejected.

        Yields:
            Products in the order of the feed.

        Raises:
            FeedError: The file is gone, or cannot be read at all.
        """
        for row in self.iter_rows():
            if row.product is not None:
                yield row.product

    def iter_rows(self) -> Iterator[FeedRow]:
        """Yield every row: its product, or why there is none. Empty lines are no rows.

        A cell that cannot be used costs its field, with a warning; only the id and the seller
        must be readable. Each id counts once: a second row with it is rejected with the line of
        the first, unless the first lacks something and the second does not. A file that breaks
        off gives all rows before the break, and then one rejection for the rest.

        Yields:
            Rows in the order of the feed.

        Raises:
            FeedError: The file is gone, cannot be read at all, holds photos and no folder was
                given for them, or the file of rejected rows cannot be written.
        """
        rejects = RejectsFile(self._rejects) if self._rejects else None
        if rejects:
            rejects.reset()
        planner = ColumnPlanner(self._source, self._columns, self._mapping)
        seen = SeenIds()
        try:
            for row in iter_rows_safely(self._source):
                read = self._read(row, planner, seen)
                if rejects:
                    whole = row.cells if isinstance(row, SourceRow) else row.raw
                    for each in filter(None, (read.rejection, *read.warnings)):
                        rejects.write(each, whole)
                yield read
        finally:
            if rejects:
                rejects.close()

    def _read(
        self, row: SourceRow | MalformedRow, planner: ColumnPlanner, seen: SeenIds
    ) -> FeedRow:
        if isinstance(row, MalformedRow):
            known = self._builder.read_id(planner.plan(row.cells), row.cells) if row.cells else ""
            return build_rejected_row(
                self._file, row.line, CellError(row.reason, "", known), row.raw
            )
        plan = planner.plan(row.cells)
        try:
            built = self._builder.build(plan, row.cells)
        except CellError as exc:
            return build_rejected_row(self._file, row.line, exc, row.cells)
        warnings = build_warnings(self._file, row, built)
        product = built.product
        # A product of nothing but a photo may still turn out to be unusable.
        claim = SeenRow(row.line, product.merchant_id, not warnings and bool(product.title))
        first = seen.add(product.id, claim)
        if first and not (claim.is_complete and _may_replace(first, claim)):
            used = CellError(_used(first, claim), plan.get_column("id"), product.id)
            return build_rejected_row(self._file, row.line, used, row.cells)
        if first:
            seen.replace(product.id, claim)
        return FeedRow(row.line, product, warnings=warnings, is_replacement=bool(first))


def _may_replace(first: SeenRow, claim: SeenRow) -> bool:
    return not first.is_complete and first.merchant_id == claim.merchant_id


def _used(first: SeenRow, claim: SeenRow) -> str:
    reason = f"the id is used in line {first.line} already"
    if first.merchant_id == claim.merchant_id:
        return reason
    return f"{reason}, by {describe_merchant(first.merchant_id)}; this row is of {describe_merchant(claim.merchant_id)}"


def read_products(  # noqa: PLR0913 -- one door; every option is named and has a default
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
) -> ProductFeed:
    """Open a shop's catalogue: CSV, TSV, JSON Lines, Parquet, Google Merchant XML, Shopify CSV.

    Columns are known by their usual names in English and Arabic. What a row says goes before
    what is given here, and that before the defaults of the mapping file. Titles are cut at
    1,000 characters, descriptions at 20,000.

    Args:
        path: The feed; text formats may be packed with gzip.
        mapping: A TOML file, or its content, for columns with other names.
        format: One of csv, tsv, jsonl, parquet, google-xml, shopify; found out when not given.
        rejects: A CSV file that takes each rejected row as it is met; made only when one is. An
            earlier file of rejected rows is replaced.
        photo_folder: Where photos are written that the feed holds itself, as bytes.
        encoding: Encoding of a CSV, TSV or JSON Lines feed that is not UTF-8 and has no mark.
        merchant_id: The seller, for rows that name none.
        currency: ISO 4217 code, for prices that name none.
        language: Language of titles, for rows that name none.

    Returns:
        The feed, checked as far as its header; rows are read when it is iterated.

    Raises:
        FeedError: The file is missing, of no known format or encoding, no column is understood,
            or an option has no sense. Single bad rows do not raise: see `ProductFeed.iter_rows`.
    """
    path = Path(path)
    settled = _mapping(path, mapping)
    file = settled.file
    reading = ReadOptions(
        format or file.get("format", ""),
        encoding or file.get("encoding", ""),
        file.get("delimiter", ""),
    )
    given = RowDefaults(merchant_id, currency, language)
    form, source = open_source(path, reading)
    _require_columns(path, form, source, settled)
    if rejects and Path(rejects).resolve() == path.resolve():
        raise FeedError(path, "rejected rows cannot be written over the feed itself")
    builder = ProductBuilder(
        str(path),
        PhotoRoot(path.parent / settled.defaults.get("image_root", "")),
        _defaults(path, given, settled.defaults),
        PhotoFolder(Path(photo_folder)) if photo_folder else None,
    )
    return ProductFeed(path, form, source, settled, builder, Path(rejects) if rejects else None)


def _mapping(path: Path, mapping: Path | str | FeedMapping | None) -> FeedMapping:
    if mapping is None:
        return FeedMapping()
    return (
        check_mapping(mapping, path) if isinstance(mapping, FeedMapping) else load_mapping(mapping)
    )


def _require_columns(path: Path, form: str, source: FeedSource, mapping: FeedMapping) -> None:
    """Check the header; formats without one are checked by the names their first rows use."""
    columns = source.read_columns()
    if form in {"csv", "tsv", "shopify", "parquet"}:
        check_mapped_columns(columns, mapping, path)
    plan = plan_columns(columns, mapping, source.get_format_columns())
    if columns or form in {"csv", "tsv", "shopify", "parquet"}:
        check_required_columns(plan, columns, path)
    if isinstance(source, ColumnarSource):
        source.select_columns(plan.list_columns())


def _defaults(path: Path, given: RowDefaults, stored: Mapping[str, str]) -> RowDefaults:
    currency = given.currency or stored.get("currency", "")
    language = given.language or stored.get("language", "")
    if currency and not to_currency_code(currency):
        raise FeedError(path, f"currency {currency!r} is no ISO 4217 code such as AED")
    if language and not to_language_code(language):
        raise FeedError(path, f"language {language!r} is no language code such as en")
    return RowDefaults(
        merchant_id=given.merchant_id or stored.get("merchant_id", ""),
        currency=to_currency_code(currency) if currency else "",
        language=to_language_code(language) if language else "",
    )
