"""The id of a row: whose product it is."""

from index.catalog.column_mapping import ColumnPlan
from index.catalog.field_values import parse_id
from index.catalog.records import CellError
from index.catalog.row_cells import Cells, RowReader


def require_id(row: RowReader) -> str:
    """Return the id of a row.

    Raises:
        CellError: There is none, or it cannot be read; the error carries the column.
    """
    product_id = row.read_required("id", parse_id)
    if not product_id:
        raise CellError("an id expected, got nothing", row.plan.get_column("id"))
    return product_id


def find_id(plan: ColumnPlan, cells: Cells) -> str:
    """Return the id of a row, which may be incomplete; empty when it cannot be read."""
    try:
        return RowReader(plan, cells).read_required("id", parse_id)
    except CellError:
        return ""
