"""Reranks search results for a visitor, within a bound, and by the shop's own signals."""

import logging
from collections.abc import Sequence

import numpy as np

from search.catalog_snapshot import CatalogSnapshot
from search.pipeline.feature_scores import Scores, score_affinity, score_product_signals
from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import (
    CandidateSet,
    Profile,
    RankingWeights,
    bound_contribution,
    diversify_slate,
    standardize,
)
from shopwindow.values.errors import OnlineStoreError, ProfileError

PERSONAL = "personal"
SELLER_DIVERSITY = "seller_diversity"
"""Names of the contributions, beside those of recommendations."""

LOG = logging.getLogger(__name__)


class PersonalReranker:
    """Reranks the candidates of a query for a visitor. Safe to use from several threads.

    Args:
        personalizer: Has the profiles and product statistics.
        weights: Weights of the contributions.
    """

    def __init__(self, personalizer: Personalizer, weights: RankingWeights) -> None:
        self._personalizer = personalizer
        self._weights = weights.query
        self._has_product_signals = bool(
            self._weights.popularity
            or self._weights.freshness
            or self._weights.out_of_stock_penalty
        )

    def rerank(
        self, candidates: CandidateSet, user_id: str, snapshot: CatalogSnapshot
    ) -> CandidateSet:
        """Rerank candidates for a visitor, adding what moved them as contributions.

        Two candidates whose scores differ by more than twice the weight of "personal" keep their
        order, whatever the visitor likes. A search does not fail because a profile cannot be read:
        it is then not personalised.

        Args:
            candidates: Best first.
            user_id: The visitor; empty when unknown.
            snapshot: Has the similarity baseline and the visible merchants.

        Returns:
            The candidates in their new order.
        """
        try:
            profile = self._personalizer.get_profile(user_id)
            return self._rerank(candidates, profile, snapshot)
        except (OnlineStoreError, ProfileError):
            LOG.warning("a response is not personalised", exc_info=True)
            return candidates

    def _rerank(
        self, candidates: CandidateSet, profile: Profile | None, snapshot: CatalogSnapshot
    ) -> CandidateSet:
        has_effect = profile or self._has_product_signals or self._weights.seller_diversity_penalty
        if not candidates or not has_effect:
            return candidates
        items = self._personalizer.catalog.get_items(candidates.ids)
        rows = [n for n, product_id in enumerate(candidates.ids) if product_id in items]
        known = [items[candidates.ids[n]] for n in rows]
        for name, values in self._score(profile, known, snapshot).items():
            column = np.full(len(candidates), np.nan)
            column[rows] = np.where(values == 0, np.nan, values)
            candidates = candidates.add(name, column)
        reranked = candidates.sort()
        merchants = [
            items[product_id].attributes.merchant if product_id in items else ""
            for product_id in reranked.ids
        ]
        return self._diversify_sellers(reranked, merchants)

    def _score(
        self, profile: Profile | None, items: Sequence[CatalogItem], snapshot: CatalogSnapshot
    ) -> dict[str, Scores]:
        """Return the contributions of shape (n_items,) by name."""
        personalizer, scores = self._personalizer, dict[str, Scores]()
        if self._has_product_signals:
            ids, by_merchant = [item.product.id for item in items], bool(snapshot.merchants)
            estimate, _ = personalizer.engagement_estimator.estimate(ids, by_merchant)
            scores = score_product_signals(personalizer, items, estimate, self._weights)
        mean_vector = snapshot.baseline.compute_mean(personalizer.catalog.space)
        vectors = personalizer.catalog.stack_vectors(items if profile else ())
        affinities = score_affinity(personalizer, profile, items, vectors, mean_vector)
        if affinities:
            affinity = np.asarray(sum(affinities.values()))
            scores[PERSONAL] = bound_contribution(standardize(affinity), self._weights.personal)
        return scores

    def _diversify_sellers(
        self, candidates: CandidateSet, merchants: Sequence[str]
    ) -> CandidateSet:
        """Return the candidates with those of merchants that came before demoted."""
        penalty, n_candidates = self._weights.seller_diversity_penalty, len(candidates)
        if not penalty:
            return candidates
        one_interest = [0] * n_candidates
        scores = candidates.scores.tolist()
        order = diversify_slate(scores, one_interest, [1.0], n_candidates, merchants, penalty)
        return candidates.take(order).enforce_monotonic_scores(SELLER_DIVERSITY)
