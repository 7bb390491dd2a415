"""The product attributes that profiles keep preferences for."""

from dataclasses import dataclass
from typing import Self

from shopwindow.values import Product

PREFERENCE_FIELDS = ("category", "brand", "color", "size", "merchant")
"""The fields whose values have preferences; prices have their own statistics."""

_COLOR_NAMES = ("color", "colour")


@dataclass(frozen=True, slots=True)
class ProductAttributes:
    """Attributes of one product; empty or None where unknown.

    Attributes:
        category: The last, most specific category of the path.
        brand: Case-folded.
        color: Case-folded.
        size: Case-folded.
        merchant: Id of the merchant.
        price: In `currency`; None when unknown.
        currency: ISO 4217 code; prices of different currencies are not compared.
    """

    category: str = ""
    brand: str = ""
    color: str = ""
    size: str = ""
    merchant: str = ""
    price: float | None = None
    currency: str = ""

    @classmethod
    def from_product(cls, product: Product) -> Self:
        """Return the attributes of a product."""
        values = {name.casefold(): value for name, value in product.attributes.items()}
        return cls(
            category=product.category[-1] if product.category else "",
            brand=product.brand.casefold(),
            color=next((values[n].casefold() for n in _COLOR_NAMES if n in values), ""),
            size=values.get("size", "").casefold(),
            merchant=product.merchant_id,
            price=product.price,
            currency=product.currency,
        )
