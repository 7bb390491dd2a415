"""The price fields that a row of an update changes."""

from typing import Any

from index.catalog.date_orders import DateOrders
from index.catalog.field_values import parse_currency
from index.catalog.removal_words import is_removal_word
from index.catalog.row_cells import RowReader
from index.catalog.row_prices import choose_currency, read_window
from index.text.prices import Money, parse_price
from shopwindow.values import Product

_AMOUNTS = ("price", "list_price", "sale_price")
_DATES = {
    "sale_dates": ("sale_start", "sale_end"),
    "sale_start": ("sale_start",),
    "sale_end": ("sale_end",),
}


def read_price_changes(
    row: RowReader, orders: DateOrders, stored: Product | None, default_currency: str
) -> dict[str, Any]:
    """Return the price fields that a row changes; see `ProductUpdate.apply` for what they mean.

    Args:
        row: The row.
        orders: Whether the day or the month comes first, by field.
        stored: The product that is updated; None when it is not known.
        default_currency: ISO code for prices that name none; empty for that of the product.
    """
    named = row.read("currency", parse_currency, "")
    currency = choose_currency(row, named, default_currency)
    context = currency or ("" if row.is_dropped("currency") or not stored else stored.currency)
    amounts = _read_amounts(row, context)
    changes: dict[str, Any] = {name: money and money.amount for name, money in amounts.items()}
    currencies = {name: money.currency or context for name, money in amounts.items() if money}
    first = next(iter(currencies.values()), "")
    # Amounts in two currencies cannot be compared.
    changes |= {name: None for name, code in currencies.items() if code != first}
    if first or (named and not amounts):
        changes["currency"] = first or named
    if changes.get("sale_price") and changes.get("price"):
        # Beside a sale price, the price of a feed is the regular one.
        changes["list_price"] = changes.pop("price")
    return changes | _read_window(row, orders, changes, stored)


def _read_amounts(row: RowReader, currency: str) -> dict[str, Money | None]:
    """Return the amounts that are not empty; None for one that is removed or cannot be used."""
    amounts: dict[str, Money | None] = {}
    for name in _AMOUNTS:
        values = row.get_values(name)
        if values:
            is_removed = is_removal_word(values[0][1])
            amounts[name] = (
                None if is_removed else row.read(name, lambda v: parse_price(v, currency), None)
            )
    return amounts


def _read_window(
    row: RowReader, orders: DateOrders, changes: dict[str, Any], stored: Product | None
) -> dict[str, Any]:
    given = {name: row.get_values(name) for name in _DATES}
    if not any(given.values()):
        return {}
    has_sale = changes.get("sale_price") or (
        stored and (stored.sale_price is not None or stored.list_price is not None)
    )
    if "sale_price" in changes and not changes["sale_price"]:
        return {}
    if stored and not has_sale:
        for name, values in given.items():
            if values:
                row.drop_value(name, values[0][0], "no sale price to apply it to")
        return {}
    removed = {
        side: None
        for name, values in given.items()
        for side in _DATES[name]
        if values and is_removal_word(values[0][1])
    }
    window = read_window(row, orders, ignored=[n for n, v in given.items() if _is_removed(v)])
    sides = {side for name, values in given.items() if values for side in _DATES[name]}
    times = {"sale_start": window.start, "sale_end": window.end}
    return {**{side: times[side] for side in sides}, **removed}


def _is_removed(values: list[tuple[str, object]]) -> bool:
    return bool(values) and is_removal_word(values[0][1])
