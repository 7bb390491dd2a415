"""What came of one row, for the people who mend the feed."""

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
from shopwindow.values.validation import MAX_ID_CHARS


def build_warnings(file: str, row: SourceRow, built: BuiltProduct) -> tuple[Rejection, ...]:
    """Return what a product goes without, with its place in the feed."""
    losses = built.dropped_values
    if row.warning:
        losses = (DroppedValue(SHORT_ROW, "", row.warning), *losses)
    if not losses:
        return ()
    product, raw = built.product, excerpt(row.cells)
    return tuple(
        Rejection(
            file=file,
            line=row.line,
            column=loss.column,
            reason=excerpt(loss.reason, 400),
            product_id=product.id,
            raw=raw,
            merchant_id=product.merchant_id,
            field=loss.field,
        )
        for loss in losses
    )


def build_rejected_row(file: str, line: int, exc: CellError, row: object) -> FeedRow:
    """Return the row that is no product, with the reason; an id that may be one is kept whole."""
    usable = len(exc.product_id) <= MAX_ID_CHARS
    rejection = Rejection(
        file=file,
        line=line,
        column=exc.column,
        reason=excerpt(exc.reason, 400),
        product_id=exc.product_id if usable else excerpt(exc.product_id),
        raw=excerpt(row),
        merchant_id=exc.merchant_id,
        withdrawn=isinstance(exc, WithdrawnError),
    )
    return FeedRow(line, rejection=rejection)
