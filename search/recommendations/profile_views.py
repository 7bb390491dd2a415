"""What is known of a visitor, told in products, words and prices."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from shopwindow.personalization import Personalizer, UserContext
from shopwindow.ranking.interests import Interests
from shopwindow.ranking.product_attributes import PREFERENCE_FIELDS
from shopwindow.ranking.profile import Profile
from shopwindow.values.profile_view import (
    Interaction,
    Interest,
    PreferredPriceRange,
    UserProfileView,
)

MAX_INTEREST_PRODUCTS = 6
MAX_TASTE_VALUES = 8
MAX_INTERACTIONS = 50
_LEAST_SHARE = 0.01


def build_profile_view(personalization: Personalizer, visitor: UserContext) -> UserProfileView:
    """Return what is known of a visitor as it is shown to them.

    Args:
        personalization: Knows the products.
        visitor: The visitor.
    """
    known = personalization.catalog.get_items([each.product_id for each in visitor.interactions])
    deeds = tuple(
        Interaction(
            each.kind, known[each.product_id].product, datetime.fromtimestamp(each.time_s, UTC)
        )
        for each in visitor.interactions[:MAX_INTERACTIONS]
        if each.product_id in known
    )
    if visitor.profile is None:
        return UserProfileView(visitor.user_id, recent_interactions=deeds)
    profile = visitor.profile.decay_to(personalization.now(), personalization.settings)
    liked = [e.product_id for e in visitor.interactions if e.kind != "hide"]
    disliked = [e.product_id for e in visitor.interactions if e.kind == "hide"]
    return UserProfileView(
        visitor.user_id,
        profile.n_interactions,
        _interests(personalization, profile.interests, liked),
        _interests(personalization, profile.dislikes, disliked),
        _tastes(personalization, profile),
        _prices(personalization, profile),
        deeds,
    )


def _interests(
    people: Personalizer, interests: Interests, touched: Sequence[str]
) -> tuple[Interest, ...]:
    """Return interests with what was touched of each: it belongs to the nearest one."""
    weights = interests.combine_weights(people.settings.session_boost)
    if not len(interests) or weights.sum() <= 0:
        return ()
    ids = list(dict.fromkeys([*interests.medoids, *touched]))
    known = people.catalog.get_items(ids)
    several = [known[each] for each in ids if each in known]
    cosines = (
        people.catalog.stack_vectors(several) @ interests.to_unit_vectors().T
    )  # (n_products, n)
    belongs = cosines.max(axis=1) >= people.settings.join_threshold
    nearest = cosines.argmax(axis=1)
    shares = weights / weights.sum()
    found: list[Interest] = []
    for n in np.argsort(-shares, kind="stable").tolist():
        medoid = interests.medoids[n]
        places = np.flatnonzero(belongs & (nearest == n)).tolist()
        products = [several[place].product for place in places]
        products = [p for p in products if p.id == medoid] + [p for p in products if p.id != medoid]
        if products and shares[n] >= _LEAST_SHARE:
            last = datetime.fromtimestamp(float(interests.last_interaction_s[n]), UTC)
            found.append(Interest(float(shares[n]), tuple(products[:MAX_INTEREST_PRODUCTS]), last))
    return tuple(found)


def _tastes(people: Personalizer, profile: Profile) -> Mapping[str, Mapping[str, float]]:
    found: dict[str, Mapping[str, float]] = {}
    for name in PREFERENCE_FIELDS:
        shares = profile.preferences.compute_shares(name, people.settings.shrinkage)
        best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MAX_TASTE_VALUES]
        if best:
            found[name] = dict(best)
    return found


def _prices(people: Personalizer, profile: Profile) -> Mapping[str, PreferredPriceRange]:
    """Return what is usually paid, and one standard deviation below and above."""
    found: dict[str, PreferredPriceRange] = {}
    for currency, taste in profile.preferences.prices.items():
        off = math.sqrt(taste.estimate_variance(people.settings))
        low, typical, high = (math.exp(taste.mean + n * off) for n in (-1, 0, 1))
        found[currency] = PreferredPriceRange(low, typical, high)
    return found
