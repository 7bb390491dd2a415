"""The order of an answer for one visitor: their taste within a bound, and the shop's own wishes."""

import logging
from collections.abc import Sequence

import numpy as np

from search.catalog_snapshot import CatalogSnapshot
from search.pipeline.feature_scores import Scores, score_affinity, score_product_signals
from search.retrieval.fusion import Candidate, enforce_monotonic_scores
from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import Profile, bound_contribution, diversify_slate, standardize
from shopwindow.ranking.weights import RankingWeights
from shopwindow.values.errors import OnlineStoreError, ProfileError

PERSONAL = "personal"
SELLER_DIVERSITY = "seller_diversity"
"""Names of the parts, beside those of feeds."""

LOG = logging.getLogger(__name__)


class PersonalReranker:
    """Moves candidates of a query for a visitor. Safe to use from several threads.

    Args:
        people: What is known of visitors and products.
        weights: What each part weighs.
    """

    def __init__(self, people: Personalizer, weights: RankingWeights) -> None:
        self._people = people
        self._weights = weights.query
        self._has_wishes = bool(
            self._weights.popularity
            or self._weights.freshness
            or self._weights.out_of_stock_penalty
        )

    def rerank(
        self, candidates: Sequence[Candidate], user_id: str, snapshot: CatalogSnapshot
    ) -> list[Candidate]:
        """Return the candidates in the order for a visitor, with what moved them as parts.

        Two candidates whose scores differ by more than twice the weight of "personal" keep their
        order, whatever the visitor likes. An answer does not fail because a profile cannot be
        read: it is then everybody's.

        Args:
            candidates: Best first.
            user_id: The visitor; empty when unknown.
            snapshot: What likeness is chance, and whose products are seen.
        """
        try:
            return self._moved(candidates, self._people.get_profile(user_id), snapshot)
        except (OnlineStoreError, ProfileError):
            LOG.warning("an answer is not in the visitor's own order", exc_info=True)
            return list(candidates)

    def _moved(
        self, candidates: Sequence[Candidate], profile: Profile | None, catalogue: CatalogSnapshot
    ) -> list[Candidate]:
        if not candidates or not (
            profile or self._has_wishes or self._weights.seller_diversity_penalty
        ):
            return list(candidates)
        known = self._people.catalog.get_items_by_point([each.id for each in candidates])
        having = [each for each in candidates if each.id in known]
        parts = self._parts(profile, [known[each.id] for each in having], catalogue)
        found = {
            each.id: {name: float(part[n]) for name, part in parts.items() if part[n]}
            for n, each in enumerate(having)
        }
        moved = [each.with_contributions(found.get(each.id, {})) for each in candidates]
        moved.sort(key=lambda each: (-each.score, each.id))
        merchants = [known[e.id].attributes.merchant if e.id in known else "" for e in moved]
        return self._by_merchant(moved, merchants)

    def _parts(
        self, profile: Profile | None, known: Sequence[CatalogItem], catalogue: CatalogSnapshot
    ) -> dict[str, Scores]:
        parts: dict[str, Scores] = {}
        if self._has_wishes:
            ids, by_own = [each.product.id for each in known], bool(catalogue.merchants)
            expectation, _ = self._people.engagement_estimator.estimate(ids, by_own)
            parts = score_product_signals(self._people, known, expectation, self._weights)
        chance = catalogue.baseline.compute_mean(self._people.catalog.space)
        rows = self._people.catalog.stack_vectors(known if profile else ())
        suits = score_affinity(self._people, profile, known, rows, chance)
        if suits:
            affinity = np.asarray(sum(suits.values()))
            parts[PERSONAL] = bound_contribution(standardize(affinity), self._weights.personal)
        return parts

    def _by_merchant(
        self, candidates: Sequence[Candidate], merchants: Sequence[str]
    ) -> list[Candidate]:
        """Return the candidates, those of merchants that came before held back."""
        held_back, n_all = self._weights.seller_diversity_penalty, len(candidates)
        if not held_back:
            return list(candidates)
        scores = [each.score for each in candidates]
        order = diversify_slate(scores, [0] * n_all, [1.0], n_all, merchants, held_back)
        return enforce_monotonic_scores([candidates[place] for place in order], SELLER_DIVERSITY)
