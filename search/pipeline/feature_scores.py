"""What tastes and the shop add to the scores of products, as named parts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import EngagementEstimate, Profile, decompose_affinity
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.ranking.weights import BaseWeights
from shopwindow.values.encoder import Vectors

CO_ENGAGEMENT = "co_engagement"
POPULARITY = "popularity"
FRESHNESS = "freshness"
STOCK = "stock"
"""Names of the parts, beside those of `shopwindow.ranking.affinity`."""

Scores = NDArray[np.float64]


def score_affinity(
    people: Personalizer,
    profile: Profile | None,
    known: Sequence[CatalogItem],
    rows: Vectors,
    background: Vectors | None,
) -> dict[str, Scores]:
    """Return how products suit a visitor, as the parts of `rank.affinity_parts`.

    Args:
        people: What is known of visitors and products.
        profile: The visitor's; there are no parts without one.
        known: The products.
        rows: Their vectors, shape (n_products, dim); not looked at without a profile.
        background: Mean vector of the catalogue, shape (dim,).
    """
    if profile is None:
        return {}
    facts = [each.attributes for each in known]
    return decompose_affinity(profile, rows, facts, people.now(), background, people.settings)


def score_product_signals(
    people: Personalizer,
    known: Sequence[CatalogItem],
    expectation: EngagementEstimate,
    weights: BaseWeights,
) -> dict[str, Scores]:
    """Return the parts that do not depend on the visitor, those that weigh anything.

    Args:
        people: What is known of visitors and products.
        known: The products.
        expectation: How well each is expected to be received.
        weights: What each part weighs.
    """
    found: dict[str, Scores] = {}
    if weights.popularity:
        found[POPULARITY] = weights.popularity * _popularity(people, known, expectation)
    if weights.freshness:
        found[FRESHNESS] = weights.freshness * _freshness(
            known, people.now(), weights.freshness_half_life_days
        )
    if weights.out_of_stock_penalty:
        found[STOCK] = -weights.out_of_stock_penalty * np.array(
            [not each.product.in_stock for each in known]
        )
    return found


def score_co_engagement(known: Sequence[CatalogItem], co_engagement: Mapping[str, float]) -> Scores:
    """Return how much products were touched with what the visitor touched, 0 to 1 for the most.

    Args:
        known: The products.
        co_engagement: By product id; not empty.
    """
    shares = np.array([co_engagement.get(each.product.id, 0.0) for each in known])
    return np.asarray(shares / max(co_engagement.values()), dtype=np.float64)


def _popularity(
    people: Personalizer, known: Sequence[CatalogItem], expectation: EngagementEstimate
) -> Scores:
    """Return how each product does against the usual one, which has a half; 0 to 1.

    Where little happened yet, the feed's own figure decides, by its place among the others.
    """
    prior = people.engagement_estimator.get_prior()
    lift = expectation.saturate(prior.mean)
    told = np.array([each.product.popularity or 0.0 for each in known])
    if not told.any():
        return lift
    place = np.searchsorted(np.sort(told), told, side="right") / len(told) - 0.5
    return np.clip(lift + place * (told > 0) * prior.strength / expectation.strength, 0.0, 1.0)


def _freshness(known: Sequence[CatalogItem], now_s: float, fresh_days: float) -> Scores:
    """Return how new each product is, 1 for today's; 0 where that is not known."""
    ages = (_age_s(each, now_s) for each in known)
    half_s = fresh_days * DAY_S
    return np.array([0.0 if age is None else 2.0 ** (-max(age, 0.0) / half_s) for age in ages])


def _age_s(known: CatalogItem, now_s: float) -> float | None:
    created = known.product.created_at
    return None if created is None else now_s - created.timestamp()
