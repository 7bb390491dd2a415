"""The prices of a row: what a shopper pays, the regular price, and a sale with its window."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from index.catalog.date_formats import DateOrder
from index.catalog.date_orders import DateOrders
from index.catalog.row_cells import RowReader
from index.catalog.sale_windows import SaleWindow, parse_sale_window, split_sale_period
from index.text.prices import Money, parse_price


@dataclass(frozen=True, slots=True)
class RowPrices:
    """The prices of a row, in `currency`; the fields mean the same as those of `Product`."""

    price: float | None = None
    currency: str = ""
    list_price: float | None = None
    sale_price: float | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None


def read_prices(
    row: RowReader, currency: str, orders: DateOrders, now: datetime | None = None
) -> RowPrices:
    """Return the prices of a row.

    A sale price of zero, or one that is not below the price, is no sale, and neither is one that
    has ended. The regular price is the one beside the sale price; without a sale it is a higher
    price that the row compares its price with.

    Args:
        row: The row.
        currency: ISO code of the row's prices; empty when it is not known.
        orders: Whether the day or the month comes first, by field.
        now: The current time; None for the clock's.
    """
    now = now or datetime.now(UTC)
    price, list_price, sale = (_read(row, field, currency) for field in _FIELDS)
    regular = price or list_price
    if sale and regular and not _is_same_currency(sale, regular):
        sale = None
    if sale is None or not sale.amount or (regular and regular.amount <= sale.amount):
        return _without_sale(price, list_price)
    window = read_window(row, orders)
    if window.is_over(now):
        return _without_sale(price, list_price)
    regular_amount = regular.amount if regular else None
    of_sale = sale.currency or (regular.currency if regular else "")
    if window.end is None and window.is_on(now):  # it will not change any more
        return RowPrices(sale.amount, of_sale, regular_amount)
    pays = sale.amount if window.is_on(now) else regular_amount
    return RowPrices(pays, of_sale, regular_amount, sale.amount, window.start, window.end)


_FIELDS = ("price", "list_price", "sale_price")


def _read(row: RowReader, field: str, currency: str) -> Money | None:
    def parse(value: object) -> Money:
        return parse_price(value, currency)

    return row.read(field, parse, None)


def _without_sale(price: Money | None, list_price: Money | None) -> RowPrices:
    pays = price or list_price
    if pays is None:
        return RowPrices()
    listed = list_price if list_price and _is_same_currency(list_price, pays) else pays
    return RowPrices(
        pays.amount,
        pays.currency or listed.currency,
        listed.amount if listed.amount > pays.amount else None,
    )


def choose_currency(row: RowReader, named: str, default: str) -> str:
    """Return the currency of a row's prices that name none; empty when it is not known.

    Args:
        row: The row, whose currency was read: with an unknown one it must not get the default.
        named: ISO code that the row names; empty for none.
        default: The shop's.
    """
    return named or ("" if row.is_dropped("currency") else row.plan.currency or default)


def read_cost_margin(row: RowReader, price: float | None, currency: str) -> float | None:
    """Return what a cost above zero leaves of the price, as a share of it.

    Args:
        row: The row.
        price: What a shopper pays; None when unknown.
        currency: ISO code of the price.
    """
    if not price:
        return None
    cost: Money | None = row.read("cost", lambda value: parse_price(value, currency), None)
    if cost is None or not cost.amount or cost.currency not in {"", currency}:
        return None
    return round(1 - cost.amount / price, 6)


def _is_same_currency(one: Money, other: Money) -> bool:
    """Return whether two prices can be compared: a bare number is in the other's currency."""
    return one.currency == other.currency or "" in {one.currency, other.currency}


def read_window(row: RowReader, orders: DateOrders, ignored: Collection[str] = ()) -> SaleWindow:
    """Return when the row's sale is on; a side that cannot be read is open.

    Args:
        row: The row.
        orders: Whether the day or the month comes first, by field.
        ignored: Fields that are not read.
    """

    def read(field: str, as_start: bool, as_end: bool) -> SaleWindow:
        if field in ignored:
            return SaleWindow()
        order = orders.get(field, DateOrder.UNKNOWN)

        def parse(value: object) -> SaleWindow:
            if as_start and as_end:
                return parse_sale_window(*split_sale_period(value), order)
            return parse_sale_window(value if as_start else None, value if as_end else None, order)

        return row.read(field, parse, SaleWindow())

    period = read("sale_dates", as_start=True, as_end=True)
    start = read("sale_start", as_start=True, as_end=False).start
    end = read("sale_end", as_start=False, as_end=True).end
    starts = [time for time in (period.start, start) if time]
    ends = [time for time in (period.end, end) if time]
    return SaleWindow(max(starts, default=None), min(ends, default=None))
