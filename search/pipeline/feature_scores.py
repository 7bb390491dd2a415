"""Feature scores of products: visitor affinity, popularity, freshness, stock, co-engagement."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import DAY_S, BaseWeights, EngagementEstimate, Profile, decompose_affinity
from shopwindow.values import Vectors

CO_ENGAGEMENT = "co_engagement"
POPULARITY = "popularity"
FRESHNESS = "freshness"
STOCK = "stock"
"""Names of the contributions, beside those of `shopwindow.ranking.affinity`."""

Scores = NDArray[np.float64]


def score_affinity(
    personalizer: Personalizer,
    profile: Profile | None,
    items: Sequence[CatalogItem],
    vectors: Vectors,
    mean_vector: Vectors | None,
) -> dict[str, Scores]:
    """Score how products suit a visitor, by the contributions of `decompose_affinity`.

    Args:
        personalizer: Has the time and the profile settings.
        profile: The visitor's; there are no contributions without one.
        items: The products.
        vectors: Their vectors, shape (n_products, dim); ignored without a profile.
        mean_vector: Mean vector of the catalogue, shape (dim,).

    Returns:
        Scores of shape (n_products,) by name.
    """
    if profile is None:
        return {}
    attributes = [item.attributes for item in items]
    now_s, settings = personalizer.now(), personalizer.settings
    return decompose_affinity(profile, vectors, attributes, now_s, mean_vector, settings)


def score_product_signals(
    personalizer: Personalizer,
    items: Sequence[CatalogItem],
    estimate: EngagementEstimate,
    weights: BaseWeights,
    population: Sequence[CatalogItem] | None = None,
) -> dict[str, Scores]:
    """Score products by what does not depend on the visitor; features of weight 0 are left out.

    Args:
        personalizer: Has the time and the engagement prior.
        items: The products.
        estimate: Expected engagement of each.
        weights: Weight of each feature.
        population: The products among whose popularity figures each has its rank; when None, the
            scored ones.

    Returns:
        Weighted scores of shape (n_products,) by name.
    """
    scores: dict[str, Scores] = {}
    if weights.popularity:
        figures = _get_popularity(items if population is None else population)
        scores[POPULARITY] = weights.popularity * _score_popularity(
            personalizer, _get_popularity(items), figures, estimate
        )
    if weights.freshness:
        half_life_s = weights.freshness_half_life_days * DAY_S
        scores[FRESHNESS] = weights.freshness * _score_freshness(
            items, personalizer.now(), half_life_s
        )
    if weights.out_of_stock_penalty:
        is_out_of_stock = np.array([not item.product.in_stock for item in items])
        scores[STOCK] = -weights.out_of_stock_penalty * is_out_of_stock
    return scores


def score_co_engagement(items: Sequence[CatalogItem], co_engagement: Mapping[str, float]) -> Scores:
    """Score how often products were engaged with by visitors of the same products.

    Args:
        items: The products.
        co_engagement: By product id; not empty.

    Returns:
        Shape (n_products,), 0 to 1 for the highest of `co_engagement`.
    """
    values = np.array([co_engagement.get(item.product.id, 0.0) for item in items])
    return np.asarray(values / max(co_engagement.values()), dtype=np.float64)


def _score_popularity(
    personalizer: Personalizer,
    popularity: Scores,
    population: Scores,
    estimate: EngagementEstimate,
) -> Scores:
    """Return engagement against that of an average product, which has 0.5; from 0 to 1.

    Where there is little engagement yet, the catalogue's own popularity figure decides, by its
    rank among those of the population.
    """
    prior = personalizer.engagement_estimator.get_prior()
    lift = estimate.saturate(prior.mean)
    if not population.any():
        return lift
    n_at_most = np.searchsorted(np.sort(population), popularity, side="right")
    centered_rank = n_at_most / len(population) - 0.5  # -0.5 to 0.5
    prior_share = prior.strength / estimate.strength
    return np.clip(lift + centered_rank * (popularity > 0) * prior_share, 0.0, 1.0)


def _get_popularity(items: Sequence[CatalogItem]) -> Scores:
    """Return the catalogue's popularity figures, shape (n_items,); 0 where one is missing."""
    return np.array([item.product.popularity or 0.0 for item in items], dtype=np.float64)


def _score_freshness(items: Sequence[CatalogItem], now_s: float, half_life_s: float) -> Scores:
    """Return how new each product is, 1 for one of today; 0 where its date is missing."""
    ages_s = (_compute_age_s(item, now_s) for item in items)
    return np.array(
        [0.0 if age_s is None else 2.0 ** (-max(age_s, 0.0) / half_life_s) for age_s in ages_s]
    )


def _compute_age_s(item: CatalogItem, now_s: float) -> float | None:
    created = item.product.created_at
    return None if created is None else now_s - created.timestamp()
