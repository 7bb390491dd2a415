"""The prices of a product after some of them changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.product import Product

PRICE_FIELDS = frozenset(
    {"price", "currency", "list_price", "sale_price", "sale_start", "sale_end"}
)
_AMOUNTS = PRICE_FIELDS - {"currency"}
_NO_SALE = {"sale_price": None, "sale_start": None, "sale_end": None}


def merge_prices(product: Product, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return all price fields of a product after some of them changed.

    Args:
        product: The product as it is stored.
        changes: New values of some price fields; None removes one.
        now: The current time.

    Returns:
        Values by field; a price of None beside a sale with a window is the one at the time.

    Raises:
        InvalidProductError: There is a window, and no sale that it could be of.
    """
    stored = {name: getattr(product, name) for name in PRICE_FIELDS}
    currency = changes.get("currency", stored["currency"]) or ""
    if _is_other_currency(stored["currency"], currency) and _AMOUNTS & changes.keys():
        stored = dict.fromkeys(PRICE_FIELDS)  # amounts in another currency mean something else
    elif stored["sale_price"] is not None:
        stored["price"] = None  # it comes from the others
    merged = _merge_sale(stored, changes, now) or _merge_plain(stored, changes)
    return {**merged, "currency": currency}


def _is_other_currency(stored: str, new: str) -> bool:
    return bool(stored and new and stored != new)


def _merge_plain(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices without a sale that has a window."""
    has_ended = "sale_price" in changes or stored["sale_price"] is not None
    before = {"price": stored["price"], "list_price": stored["list_price"]}
    if has_ended and before["list_price"] is not None:
        before = {"price": before["list_price"], "list_price": None}
    price = changes.get("price", before["price"])
    list_price = changes.get("list_price", before["list_price"])
    if price is None and "price" not in changes:
        price = list_price
    is_higher = price is not None and list_price is not None and list_price > price
    return {"price": price, "list_price": list_price if is_higher else None, **_NO_SALE}


def _merge_sale(
    stored: Mapping[str, Any], changes: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return the prices of a sale; empty when there is none, or none any more.

    Raises:
        InvalidProductError: There is a window, and no sale that it could be of.
    """
    is_complete = {"price", "list_price"} <= changes.keys()
    has_sale = stored["sale_price"] is not None or {"sale_start", "sale_end"} & changes.keys()
    if not ("sale_price" in changes or (has_sale and not is_complete)):
        return {}
    sale, regular = _find_sale(stored, changes), _find_regular(stored, changes)
    window = {name: changes.get(name, stored[name]) for name in ("sale_start", "sale_end")}
    if "sale_price" in changes and not window.keys() & changes.keys() and _is_over(window, now):
        window = dict.fromkeys(window)  # that was another sale
    if sale is None and "sale_price" not in changes and any(window.values()):
        raise InvalidProductError("sale_price", "a sale price, new or stored, for the sale", None)
    start, end = window["sale_start"], window["sale_end"]
    if not sale or (regular is not None and regular <= sale) or _is_over(window, now):
        return {}
    if end is None and (start is None or start <= now):  # it will not change any more
        return {"price": sale, "list_price": regular, **_NO_SALE}
    return {"price": None, "list_price": regular, "sale_price": sale, **window}


def _is_over(window: Mapping[str, Any], now: datetime) -> bool:
    end = window["sale_end"]
    return end is not None and bool(end < now)


def _find_sale(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> float | None:
    if "sale_price" in changes or stored["sale_price"] is not None:
        sale: float | None = changes.get("sale_price", stored["sale_price"])
        return sale
    return stored["price"] if stored["list_price"] is not None else None  # a sale without an end


def _find_regular(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> float | None:
    candidates = (changes.get("list_price"), changes.get("price"), stored["list_price"])
    known = [amount for amount in (*candidates, stored["price"]) if amount is not None]
    return known[0] if known else None
