"""Partial updates of products: new values of some fields, by id."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.price_update import PRICE_FIELDS, merge_prices
from shopwindow.values.product import Product
from shopwindow.values.product_validation import validate_value
from shopwindow.values.validation import MAX_ID_CHARS, Validator

UPDATABLE_FIELDS = frozenset(
    {
        *PRICE_FIELDS, "in_stock", "availability", "quantity", "attributes", "brand", "category",
        "google_product_category", "group_id", "sku", "gtin", "mpn", "url", "popularity", "rating",
        "rating_count", "margin", "created_at",
    }
)  # fmt: skip
"""Fields that an update may change: those that no embedding is made of."""

OFFER_FIELDS = frozenset(
    {
        *PRICE_FIELDS, "in_stock", "availability", "quantity", "popularity", "rating",
        "rating_count", "margin",
    }
)  # fmt: skip
"""Those of them that change by the hour, and are changed without the rest of the product."""

_DEFAULTS: Mapping[str, Any] = {
    f.name: f.default if f.default is not MISSING else {} for f in fields(Product) if f.name != "id"
}
_NOTHING: tuple[object, ...] = (None, "")
_VALIDATOR = Validator(InvalidProductError)
_STOCK_BY_AVAILABILITY = {"in_stock": True, "out_of_stock": False}


@dataclass(frozen=True, slots=True)
class ProductUpdate:
    """New values of some fields of one product, whose other fields stay as they are.

    Attributes:
        id: The product's id.
        changes: New values by field, one of `UPDATABLE_FIELDS`. None, or an empty value, removes
            the field. Attributes are merged by name; None or an empty text removes one. Prices and
            stock are kept consistent: see `apply`.
        merchant_id: The merchant that must own the product; empty when it may be any.

    Raises:
        InvalidProductError: A field cannot be updated, or its value is not valid.
    """

    id: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    merchant_id: str = ""

    def __post_init__(self) -> None:
        """Validate each value by itself; what they mean together depends on the product.

        Raises:
            InvalidProductError: See the class.
        """
        product_id = _VALIDATOR.check_text("id", self.id, MAX_ID_CHARS, required=True)
        merchant_id = _VALIDATOR.check_text("merchant_id", self.merchant_id)
        object.__setattr__(self, "id", product_id)
        object.__setattr__(self, "merchant_id", merchant_id)
        changes = _VALIDATOR.check_mapping("changes", self.changes, "new values by field")
        object.__setattr__(self, "changes", MappingProxyType(_validate(changes)))

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to unpickle the update: read-only mappings are pickled as dictionaries."""
        changes = {
            name: dict(value) if isinstance(value, MappingProxyType) else value
            for name, value in self.changes.items()
        }
        return (ProductUpdate, (self.id, changes, self.merchant_id))

    def apply(self, product: Product, now: datetime | None = None) -> Product:
        """Return the product with the new values.

        - `price` is what a shopper pays; while the product has a sale with a window it is the
          regular price, and the sale goes on if it is still lower.
        - `sale_price` is compared with the new or the stored regular price. None ends the sale.
        - A list price that is not above the price is removed. So are amounts in a former currency
          when new ones come in another.
        - `in_stock` and `availability` follow each other where only one of them is given.

        Args:
            product: The product as it is stored.
            now: The current time; None for the clock's.

        Raises:
            InvalidProductError: The product would not be valid.
        """
        changes = dict(self.changes)
        if PRICE_FIELDS & changes.keys():
            changes |= merge_prices(product, changes, now or datetime.now(UTC))
        if "attributes" in changes:
            changes["attributes"] = _merge_attributes(product, changes["attributes"])
        changes |= _complete_stock(product, changes)
        return product.with_validated({**changes, **_list_emptied(changes)})


def _validate(changes: Mapping[str, object]) -> dict[str, Any]:
    for name in changes.keys() - UPDATABLE_FIELDS:
        expected = f"one of {', '.join(sorted(UPDATABLE_FIELDS))}"
        remedy = "Index the whole product to change other fields" if name in _DEFAULTS else ""
        raise InvalidProductError("changes", expected, name, remedy)
    return {
        name: None if value in _NOTHING else _validate_value(name, value)
        for name, value in changes.items()
    }


def _validate_value(name: str, value: object) -> object:
    if name != "attributes":
        return validate_value(name, value)
    attributes = _VALIDATOR.check_mapping("attributes", value, "texts by name")
    texts = {name: "" if text is None else text for name, text in attributes.items()}
    return MappingProxyType(cast(dict[str, str], validate_value("attributes", texts)))


def _list_emptied(changes: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields to remove, with the value that a product has without them."""
    return {name: _DEFAULTS[name] for name, value in changes.items() if value in _NOTHING}


def _merge_attributes(product: Product, changes: Mapping[str, str] | None) -> Mapping[str, str]:
    merged = {} if changes is None else {**product.attributes, **changes}
    return MappingProxyType({name: text for name, text in merged.items() if text})


def _complete_stock(product: Product, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the stock or the availability becomes when only the other one changes."""
    if "availability" in changes and "in_stock" not in changes:
        availability = changes["availability"]
        return {"in_stock": availability == "in_stock"} if availability else {}
    if "in_stock" in changes and "availability" not in changes and product.availability:
        in_stock = changes["in_stock"] is not False
        says = _STOCK_BY_AVAILABILITY.get(product.availability, False)
        follows = {True: "in_stock", False: "out_of_stock"}
        return {} if says == in_stock else {"availability": follows[in_stock]}
    return {}
