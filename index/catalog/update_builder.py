"""Building a partial update from the cells of one row."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from index.catalog.attributes import read_attributes
from index.catalog.category_paths import join_subcategory, parse_category
from index.catalog.column_mapping import ColumnPlan
from index.catalog.date_formats import DateOrder
from index.catalog.date_orders import NO_DATE_ORDERS, DateOrders
from index.catalog.field_values import (
    parse_code,
    parse_count,
    parse_gtin,
    parse_id,
    parse_margin,
    parse_popularity,
    parse_quantity,
    parse_rating,
    parse_url,
)
from index.catalog.product_builder import RowDefaults
from index.catalog.records import CellError
from index.catalog.removal_words import is_removal_word
from index.catalog.row_cells import Cells, DroppedValue, RowReader
from index.catalog.row_identity import require_id
from index.catalog.row_prices import read_cost_margin
from index.catalog.stock_status import Stock, parse_stock
from index.catalog.text_cleaning import clean_line
from index.catalog.timestamps import parse_datetime
from index.catalog.updated_prices import read_price_changes
from shopwindow.values import Product, ProductUpdate
from shopwindow.values.errors import InvalidProductError

_PARSERS: Mapping[str, Callable[[object], Any]] = {
    "brand": clean_line,
    "google_product_category": clean_line,
    "group_id": parse_id,
    "sku": parse_code,
    "gtin": parse_gtin,
    "mpn": parse_code,
    "url": parse_url,
    "popularity": parse_popularity,
    "rating": parse_rating,
    "rating_count": parse_count,
    "margin": parse_margin,
}


class BuiltUpdate(NamedTuple):
    """An update, and the values that could not be used; their fields are removed."""

    update: ProductUpdate
    dropped_values: tuple[DroppedValue, ...] = ()


class UpdateBuilder:
    """Builds updates from rows; keeps no state between rows.

    An empty cell changes nothing. An unusable value removes its field, as a full feed would.

    Args:
        defaults: Values for rows that do not give their own.
    """

    def __init__(self, defaults: RowDefaults) -> None:
        self._defaults = defaults

    def read_identity(self, plan: ColumnPlan, cells: Cells) -> tuple[str, str]:
        """Return the id and the seller of a row; the seller is empty when it names none.

        Raises:
            CellError: One of them cannot be read, or there is no id.
        """
        row = RowReader(plan, cells)
        product_id = require_id(row)
        try:
            merchant_id = row.read_required("merchant_id", clean_line)
        except CellError as exc:
            exc.product_id = product_id
            raise
        return product_id, merchant_id or self._defaults.merchant_id

    def build(
        self,
        plan: ColumnPlan,
        cells: Cells,
        orders: DateOrders = NO_DATE_ORDERS,
        stored: Product | None = None,
    ) -> BuiltUpdate:
        """Return the update of a row.

        Args:
            plan: Which columns fill which field; see `restrict_to_updatable`.
            cells: The row's values by column.
            orders: Whether the day or the month comes first, by field.
            stored: The product that is updated: its currency is that of a price without one. None
                when it is not known.

        Raises:
            CellError: The row makes no update; the error carries the column and the id.
        """
        product_id, merchant_id = self.read_identity(plan, cells)
        row = RowReader(plan, cells)
        changes = self._read_changes(row, orders, stored)
        try:
            update = ProductUpdate(product_id, changes, merchant_id)
            if stored is not None:
                update = _complete(update, stored, row)
        except InvalidProductError as exc:
            reason = f"{exc.expected} expected, got {str(exc.got)[:80]!r}"
            raise CellError(reason, plan.get_column(exc.field), product_id, merchant_id) from exc
        return BuiltUpdate(update, tuple(row.dropped_values))

    def _read_changes(
        self, row: RowReader, orders: DateOrders, stored: Product | None
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for field, parse in _PARSERS.items():
            _read(row, changes, field, parse)
        order = orders.get("created_at", DateOrder.UNKNOWN)
        _read(row, changes, "created_at", lambda value: parse_datetime(value, order))
        changes |= read_price_changes(row, orders, stored, self._defaults.currency)
        changes |= _read_stock(row)
        changes |= _read_category(row)
        changes |= _read_attributes(row)
        return changes


def _read(
    row: RowReader, changes: dict[str, Any], field: str, parse: Callable[[object], Any]
) -> None:
    """Add the change of one field; an unusable value removes it, an empty cell changes nothing."""
    values = row.get_values(field)
    if values:
        is_removed = is_removal_word(values[0][1])
        changes[field] = None if is_removed else row.read(field, parse, None)


def _read_stock(row: RowReader) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    words = row.get_values("in_stock")
    if words:
        is_removed = is_removal_word(words[0][1])
        stock = Stock() if is_removed else row.read("in_stock", parse_stock, Stock())
        changes = {"in_stock": stock.in_stock, "availability": stock.availability}
    quantities = row.get_values("quantity")
    if quantities and is_removal_word(quantities[0][1]):
        return {**changes, "quantity": None}
    quantity: int | None = row.find("quantity", parse_quantity, None)
    return changes if quantity is None else {**changes, "quantity": quantity}


def _read_category(row: RowReader) -> dict[str, Any]:
    values = row.get_values("category")
    if not values:
        return {}
    if is_removal_word(values[0][1]):
        return {"category": ()}
    path: tuple[str, ...] = row.read("category", parse_category, ())
    below: tuple[str, ...] = row.read("subcategory", parse_category, ())
    return {"category": join_subcategory(path, below)}


def _read_attributes(row: RowReader) -> dict[str, Any]:
    if any(is_removal_word(value) for _, value in row.get_values("attributes")):
        return {"attributes": None}
    attributes = {
        name: None if is_removal_word(text) else text for name, text in read_attributes(row).items()
    }
    return {"attributes": attributes} if attributes else {}


def _complete(update: ProductUpdate, stored: Product, row: RowReader) -> ProductUpdate:
    """Return the update with what follows from other fields: the margin, and the popularity."""
    changes = dict(update.changes)
    count = changes.get("rating_count")
    follows = stored.popularity is not None and stored.popularity == stored.rating_count
    if count is not None and follows:  # the feed has no other popularity
        changes.setdefault("popularity", float(count))
    if "margin" not in changes and row.get_values("cost"):
        product = update.apply(stored)
        margin = read_cost_margin(row, product.price, product.currency)
        changes |= {} if margin is None else {"margin": margin}
    return ProductUpdate(update.id, changes, update.merchant_id)
