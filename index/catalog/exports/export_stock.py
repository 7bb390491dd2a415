"""Stock of exports that tell quantities, whether they are counted, and back-orders apart."""

from typing import NamedTuple

from index.catalog.exports.export_values import to_decimal
from index.catalog.records import CellError
from index.catalog.stock_status import parse_in_stock

BACKORDER = "backorder"
OUT_OF_STOCK = "out of stock"
_UNLIMITED = frozenset({
    "unlimited", "infinite", "∞", "غير محدود", "غير محدودة", "غير محدوده", "لا نهائي", "لا نهائية",
})  # fmt: skip


class ExportStock(NamedTuple):
    """The cells of a row's stock.

    Attributes:
        status: What `in_stock` and `availability` are read from.
        quantity: Pieces in stock; empty where they are not counted.
    """

    status: object
    quantity: str


def read_stock(
    quantity: str,
    *,
    status: str = "",
    is_counted: bool = True,
    takes_backorders: bool = False,
    is_sold: bool = True,
) -> ExportStock:
    """Return a row's stock, so that status and quantity do not contradict each other.

    Args:
        quantity: Pieces in stock; empty for unknown.
        status: A status of its own, such as "1" or "out of stock"; it decides before the quantity.
        is_counted: Whether pieces are counted; otherwise there are always some.
        takes_backorders: Whether orders are taken without pieces in stock.
        is_sold: Whether orders are taken at all.
    """
    number = to_decimal(quantity)
    is_over = number is not None and number <= 0
    is_counted = is_counted and quantity.casefold() not in _UNLIMITED
    if not is_sold:
        return ExportStock(OUT_OF_STOCK, quantity if is_counted else "")
    if not is_counted:
        return ExportStock(status or True, "")
    is_in_stock = not status or _means_in_stock(status)
    if is_over and is_in_stock and takes_backorders:
        return ExportStock(BACKORDER, quantity)
    # A row that is in stock without pieces does not count them.
    return ExportStock(status or quantity, "" if status and is_over and is_in_stock else quantity)


def _means_in_stock(status: str) -> bool:
    try:
        return parse_in_stock(status)
    except CellError:
        return False
