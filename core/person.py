"""What is known of a visitor, to be shown to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.product import Product

SAMPLE_PREFIX = "sample-"
"""Ids of visitors who were made up for a demonstration begin with it."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Things that a visitor likes, or dislikes, which look alike.

    Attributes:
        share: What it weighs among the visitor's interests, 0 to 1.
        products: What was touched of it, that which stands for it first; at most a few.
        last: When it was touched last.
    """

    share: float
    products: tuple[Product, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class PriceTaste:
    """What a visitor usually pays.

    Attributes:
        low: A usual low price.
        typical: The usual price.
        high: A usual high price.
    """

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a visitor did with a product.

    Attributes:
        kind: Kind of the event.
        product: The product.
        time: When.
    """

    kind: str
    product: Product
    time: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a visitor.

    Attributes:
        user_id: The visitor.
        n_touches: Things they did that their tastes were learned from.
        interests: What they like, the heaviest first.
        dislikes: What they turned down or passed over, the heaviest first.
        tastes: By field ("brand"), by value, how much it is liked: -1 to 1, the best liked first.
        prices: What they usually pay, by currency.
        deeds: What they did last, the newest first; products that are gone are left out.
    """

    user_id: str
    n_touches: int = 0
    interests: tuple[Interest, ...] = ()
    dislikes: tuple[Interest, ...] = ()
    tastes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    prices: Mapping[str, PriceTaste] = field(default_factory=dict)
    deeds: tuple[Deed, ...] = ()
