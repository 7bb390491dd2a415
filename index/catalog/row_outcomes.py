"""Rejections and warnings of one row, for whoever maintains the feed."""

from index.catalog.product_builder import BuiltProduct
from index.catalog.records import (
    SHORT_ROW,
    CellError,
    FeedRow,
    Rejection,
    SourceRow,
    WithdrawnError,
    excerpt,
)
from index.catalog.row_cells import DroppedValue
from shopwindow.values import MAX_ID_CHARS


def build_warnings(file: str, row: SourceRow, built: BuiltProduct) -> tuple[Rejection, ...]:
    """Return a warning for each value dropped from a product, with its place in the feed."""
    product = built.product
    return build_dropped(file, row, product.id, product.merchant_id, built.dropped_values)


def build_dropped(
    file: str,
    row: SourceRow,
    product_id: str,
    merchant_id: str,
    dropped_values: tuple[DroppedValue, ...],
) -> tuple[Rejection, ...]:
    """Return a warning for each dropped value, and one for a row that is too short."""
    if row.warning:
        dropped_values = (DroppedValue(SHORT_ROW, "", row.warning), *dropped_values)
    if not dropped_values:
        return ()
    raw = excerpt(row.cells)
    return tuple(
        Rejection(
            file=file,
            line=row.line,
            column=dropped.column,
            reason=excerpt(dropped.reason, 400),
            product_id=product_id,
            raw=raw,
            merchant_id=merchant_id,
            field=dropped.field,
        )
        for dropped in dropped_values
    )


def build_rejected_row(file: str, line: int, error: CellError, row: object) -> FeedRow:
    """Return a row with its rejection; see `build_rejection`."""
    return FeedRow(line, rejection=build_rejection(file, line, error, row))


def build_rejection(file: str, line: int, error: CellError, row: object) -> Rejection:
    """Return the rejection of a row; an id of valid length is not shortened."""
    is_valid_id = len(error.product_id) <= MAX_ID_CHARS
    return Rejection(
        file=file,
        line=line,
        column=error.column,
        reason=excerpt(error.reason, 400),
        product_id=error.product_id if is_valid_id else excerpt(error.product_id),
        raw=excerpt(row),
        merchant_id=error.merchant_id,
        withdrawn=isinstance(error, WithdrawnError),
    )
