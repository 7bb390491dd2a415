"""The view of a visitor's profile that is shown to them, and its JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from shopwindow.values.product import Product

DEMO_USER_PREFIX = "sample-"
"""Prefix of the ids of synthetic visitors, for demonstrations."""


@dataclass(frozen=True, slots=True)
class Interest:
    """A cluster of similar products that a visitor likes, or dislikes.

    Attributes:
        weight: Its share among the visitor's interests, 0 to 1.
        products: A few products of it that the visitor interacted with, its medoid first.
        last_interaction_at: Time of the latest interaction with one of its products.
    """

    weight: float
    products: tuple[Product, ...]
    last_interaction_at: datetime


@dataclass(frozen=True, slots=True)
class PreferredPriceRange:
    """The price range that a visitor usually buys in.

    Attributes:
        low: Lower end of the usual range.
        typical: The typical price.
        high: Upper end of the usual range.
    """

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction of a visitor with a product.

    Attributes:
        kind: Kind of the event, as "click".
        product: The product.
        time: When it happened.
    """

    kind: str
    product: Product
    time: datetime


@dataclass(frozen=True, slots=True)
class UserProfileView:
    """A visitor's profile, in a form that can be shown to them.

    Attributes:
        user_id: The visitor.
        n_interactions: Number of interactions that the profile was learned from.
        interests: What they like, highest weight first.
        dislikes: What they hid or skipped, highest weight first.
        preferences: Affinity by field ("brand") and value, -1 to 1, highest first.
        preferred_prices: Usual price range by currency.
        recent_interactions: Latest interactions, newest first; without deleted products.
    """

    user_id: str
    n_interactions: int = 0
    interests: tuple[Interest, ...] = ()
    dislikes: tuple[Interest, ...] = ()
    preferences: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    preferred_prices: Mapping[str, PreferredPriceRange] = field(default_factory=dict)
    recent_interactions: tuple[Interaction, ...] = ()


def serialize_profile_view(view: UserProfileView, include_titles: bool = False) -> dict[str, Any]:
    """Return a profile view as JSON-compatible values, with products by their ids.

    Args:
        view: The profile view.
        include_titles: Whether to add the products' titles to their ids.

    Returns:
        An object whose keys are the attributes of `UserProfileView`; times in ISO 8601.
    """

    def serialize_product(product: Product) -> dict[str, str]:
        title = {"title": product.title} if include_titles else {}
        return {"product_id": product.id, **title}

    def serialize_interest(interest: Interest) -> dict[str, Any]:
        return {
            "weight": interest.weight,
            "products": [
                serialize_product(product) if include_titles else product.id
                for product in interest.products
            ],
            "last_interaction_at": interest.last_interaction_at.isoformat(),
        }

    return {
        "user_id": view.user_id,
        "n_interactions": view.n_interactions,
        "interests": [serialize_interest(interest) for interest in view.interests],
        "dislikes": [serialize_interest(dislike) for dislike in view.dislikes],
        "preferences": {name: dict(values) for name, values in view.preferences.items()},
        "preferred_prices": {
            currency: asdict(prices) for currency, prices in view.preferred_prices.items()
        },
        "recent_interactions": [
            {
                "kind": interaction.kind,
                **serialize_product(interaction.product),
                "time": interaction.time.isoformat(),
            }
            for interaction in view.recent_interactions
        ],
    }
