"""The condition that a product's price lies in a range, whatever currency it is in."""

from dataclasses import dataclass
from typing import TypeAlias

from index.store.points import Condition


@dataclass(frozen=True, slots=True)
class PriceRange:
    """What a shopper pays now lies from `low` to `high`, inclusive; None means unbounded.

    A store knows no such condition: `PriceView.resolve` says it in conditions on stored fields.

    Attributes:
        low: Lowest price.
        high: Highest price.
        currency: ISO code of both; empty for the catalogue's base currency.
    """

    low: float | None = None
    high: float | None = None
    currency: str = ""


ProductCondition: TypeAlias = Condition | PriceRange
"""A condition on products, as filters and rules have them."""
