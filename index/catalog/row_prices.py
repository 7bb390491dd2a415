"""What a shopper pays for the product of a row: the price, or a sale price while the sale is on."""

from index.catalog.date_formats import DateOrder
from index.catalog.date_orders import DateOrders
from index.catalog.row_cells import RowReader
from index.catalog.sale_windows import is_sale_active, split_sale_period
from index.text.prices import Money, parse_price


def read_price(row: RowReader, currency: str, orders: DateOrders) -> Money | None:
    """Return what a shopper pays; None when no price can be read.

    A sale price of zero, or one that is not below the price, is no sale.

    Args:
        row: The row.
        currency: ISO code of the row's prices; empty when it is not known.
        orders: Whether the day or the month comes first, by field.
    """

    def parse(value: object) -> Money:
        return parse_price(value, currency)

    price: Money | None = row.read("price", parse, None)
    sale: Money | None = row.read("sale_price", parse, None)
    if sale is None or not sale.amount or (price and price.amount <= sale.amount):
        return price
    return sale if _is_sale_on(row, orders) else price


def _is_sale_on(row: RowReader, orders: DateOrders) -> bool:
    """Return whether the row's sale is on; an unreadable period leaves the sale price alone."""
    period_order = orders.get("sale_dates", DateOrder.UNKNOWN)

    def parse_period(value: object) -> bool:
        return is_sale_active(*split_sale_period(value), order=period_order)

    if not row.read("sale_dates", parse_period, True):
        return False
    return _is_side_open(row, "sale_start", orders) and _is_side_open(row, "sale_end", orders)


def _is_side_open(row: RowReader, field: str, orders: DateOrders) -> bool:
    order = orders.get(field, DateOrder.UNKNOWN)

    def parse(value: object) -> bool:
        start, end = (value, None) if field == "sale_start" else (None, value)
        return is_sale_active(start, end, order)

    return row.read(field, parse, True)
