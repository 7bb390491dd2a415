"""Whether the dates of a feed have the day or the month first, decided over each column."""

from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

from index.catalog.column_planner import ColumnPlanner
from index.catalog.date_formats import DateOrder, find_order
from index.catalog.file_detection import iter_rows_safely
from index.catalog.records import FeedSource, SourceRow
from index.catalog.timestamps import to_ascii

DateOrders = Mapping[str, DateOrder]
NO_DATE_ORDERS: DateOrders = MappingProxyType({})

_DATE_FIELDS = ("created_at", "sale_dates", "sale_start", "sale_end")
_N_FIRST_ROWS = 1_000
_N_ROWS = 10_000


def find_date_orders(source: FeedSource, planner: ColumnPlanner) -> DateOrders:
    """Return the order of day and month by field, as the first ten thousand rows show it.

    One date such as 31/05/2024 decides for its column. A column with dates of both orders has
    none: its dates that could be two are refused. A feed without a column of dates is not read,
    and one whose first thousand rows have no such date, as ISO dates are none, no further.

    Args:
        source: Reader of the feed, which is opened once more.
        planner: Its columns.

    Raises:
        FeedError: The file is missing, or is not of its format.
    """
    columns = {field: planner.plan({}).fields.get(field, ()) for field in _DATE_FIELDS}
    found: dict[str, set[DateOrder]] = {field: set() for field in columns if columns[field]}
    if not found:
        return NO_DATE_ORDERS
    for n_rows, row in enumerate(islice(iter_rows_safely(source, joined=False), _N_ROWS)):
        if n_rows >= _N_FIRST_ROWS and not any(found.values()):
            break
        if isinstance(row, SourceRow):
            for field, orders in found.items():
                for column in columns[field]:
                    orders.update(_find_orders(row.cells.get(column)))
    return {field: _decide(orders) for field, orders in found.items() if orders}


def _find_orders(value: object) -> list[DateOrder]:
    """Return what the dates of a cell, one or a period, say about their order."""
    if not isinstance(value, str) or not value:
        return []
    orders = (find_order(part) for part in to_ascii(value).split(" - "))
    return [order for order in orders if order]


def _decide(orders: set[DateOrder]) -> DateOrder:
    decided = orders - {DateOrder.UNKNOWN}
    return decided.pop() if len(decided) == 1 else DateOrder.UNKNOWN
