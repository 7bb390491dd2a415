"""What is known of a visitor, to be shown to them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from shopwindow.values.product import Product

DEMO_USER_PREFIX = "sample-"
"""Ids of visitors who were made up for a demonstration begin with it."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Things that a visitor likes, or dislikes, which look alike.

    Attributes:
        weight: What it weighs among the visitor's interests, 0 to 1.
        products: What was touched of it, that which stands for it first; at most a few.
        last_interaction_at: When it was touched last.
    """

    weight: float
    products: tuple[Product, ...]
    last_interaction_at: datetime


@dataclass(frozen=True, slots=True)
class PreferredPriceRange:
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
class Interaction:
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
class UserProfileView:
    """What is known of a visitor.

    Attributes:
        user_id: The visitor.
        n_interactions: Things they did that their tastes were learned from.
        interests: What they like, the heaviest first.
        dislikes: What they turned down or passed over, the heaviest first.
        preferences: By field ("brand"), by value, how much it is liked: -1 to 1, the best liked first.
        preferred_prices: What they usually pay, by currency.
        recent_interactions: What they did last, the newest first; products that are gone are left out.
    """

    user_id: str
    n_interactions: int = 0
    interests: tuple[Interest, ...] = ()
    dislikes: tuple[Interest, ...] = ()
    preferences: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    preferred_prices: Mapping[str, PreferredPriceRange] = field(default_factory=dict)
    recent_interactions: tuple[Interaction, ...] = ()


def serialize_profile_view(person: UserProfileView, include_titles: bool = False) -> dict[str, Any]:
    """Return what is known of a visitor as plain values, products by their ids.

    Args:
        person: The visitor.
        include_titles: Whether the products' titles stand beside their ids.

    Returns:
        An object with the keys user_id, n_touches, interests, dislikes, tastes, prices and deeds;
        times in ISO 8601.
    """

    def named(product: Product) -> dict[str, str]:
        title = {"title": product.title} if include_titles else {}
        return {"product_id": product.id, **title}

    def plain(interest: Interest) -> dict[str, Any]:
        products = [named(each) if include_titles else each.id for each in interest.products]
        return {
            "weight": interest.weight,
            "products": products,
            "last_interaction_at": interest.last_interaction_at.isoformat(),
        }

    return {
        "user_id": person.user_id,
        "n_interactions": person.n_interactions,
        "interests": [plain(each) for each in person.interests],
        "dislikes": [plain(each) for each in person.dislikes],
        "preferences": {name: dict(values) for name, values in person.preferences.items()},
        "preferred_prices": {
            currency: asdict(each) for currency, each in person.preferred_prices.items()
        },
        "recent_interactions": [
            {"kind": each.kind, **named(each.product), "time": each.time.isoformat()}
            for each in person.recent_interactions
        ],
    }
