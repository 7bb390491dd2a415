"""The profile view: a visitor's profile in products, attribute values and prices."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from shopwindow.personalization import Personalizer, UserContext
from shopwindow.ranking import PREFERENCE_FIELDS, Interests, Profile
from shopwindow.values import (
    NEGATIVE_KINDS,
    Interaction,
    Interest,
    PreferredPriceRange,
    UserProfileView,
)

MAX_INTEREST_PRODUCTS = 6
MAX_TASTE_VALUES = 8
MAX_INTERACTIONS = 50
_MIN_SHARE = 0.01


def build_profile_view(personalizer: Personalizer, user: UserContext) -> UserProfileView:
    """Build the profile view that is shown to a visitor.

    Args:
        personalizer: Looks up the products.
        user: The visitor.

    Returns:
        The view; without a profile it has recent interactions alone.
    """
    items = personalizer.catalog.get_items(
        [interaction.product_id for interaction in user.interactions]
    )
    interactions = tuple(
        Interaction(
            interaction.kind,
            items[interaction.product_id].product,
            datetime.fromtimestamp(interaction.time_s, UTC),
        )
        for interaction in user.interactions[:MAX_INTERACTIONS]
        if interaction.product_id in items
    )
    if user.profile is None:
        return UserProfileView(user.user_id, recent_interactions=interactions)
    profile = user.profile.decay_to(personalizer.now(), personalizer.settings)
    positive_ids = [
        interaction.product_id
        for interaction in user.interactions
        if interaction.kind not in NEGATIVE_KINDS
    ]
    hidden_ids = [
        interaction.product_id
        for interaction in user.interactions
        if interaction.kind in NEGATIVE_KINDS
    ]
    return UserProfileView(
        user.user_id,
        profile.n_interactions,
        _build_interests(personalizer, profile.interests, positive_ids),
        _build_interests(personalizer, profile.dislikes, hidden_ids),
        _select_preferences(personalizer, profile),
        _estimate_price_ranges(personalizer, profile),
        interactions,
    )


def _build_interests(
    personalizer: Personalizer, interests: Interests, product_ids: Sequence[str]
) -> tuple[Interest, ...]:
    """Return interests with their products: those of interactions nearest to each centroid."""
    weights = interests.combine_weights(personalizer.settings.session_boost)
    if not len(interests) or weights.sum() <= 0:
        return ()
    ids = list(dict.fromkeys([*interests.medoids, *product_ids]))
    items = personalizer.catalog.get_items(ids)
    interest_items = [items[product_id] for product_id in ids if product_id in items]
    cosines = (
        personalizer.catalog.stack_vectors(interest_items) @ interests.to_unit_vectors().T
    )  # (n_products, n)
    is_member = cosines.max(axis=1) >= personalizer.settings.join_threshold
    nearest = cosines.argmax(axis=1)
    shares = weights / weights.sum()
    built: list[Interest] = []
    for index in np.argsort(-shares, kind="stable").tolist():
        medoid = interests.medoids[index]
        members = np.flatnonzero(is_member & (nearest == index)).tolist()
        products = [interest_items[member].product for member in members]
        products = [product for product in products if product.id == medoid] + [
            product for product in products if product.id != medoid
        ]
        if products and shares[index] >= _MIN_SHARE:
            last_interaction = datetime.fromtimestamp(
                float(interests.last_interaction_s[index]), UTC
            )
            built.append(
                Interest(
                    float(shares[index]), tuple(products[:MAX_INTEREST_PRODUCTS]), last_interaction
                )
            )
    return tuple(built)


def _select_preferences(
    personalizer: Personalizer, profile: Profile
) -> Mapping[str, Mapping[str, float]]:
    preferences: dict[str, Mapping[str, float]] = {}
    for name in PREFERENCE_FIELDS:
        shares = profile.preferences.compute_shares(name, personalizer.settings.shrinkage)
        strongest = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MAX_TASTE_VALUES]
        if strongest:
            preferences[name] = dict(strongest)
    return preferences


def _estimate_price_ranges(
    personalizer: Personalizer, profile: Profile
) -> Mapping[str, PreferredPriceRange]:
    """Return the typical price per currency, and one standard deviation below and above it."""
    price_ranges: dict[str, PreferredPriceRange] = {}
    for currency, stats in profile.preferences.prices.items():
        deviation = math.sqrt(stats.estimate_variance(personalizer.settings))
        low, typical, high = (math.exp(stats.mean + offset * deviation) for offset in (-1, 0, 1))
        price_ranges[currency] = PreferredPriceRange(low, typical, high)
    return price_ranges
