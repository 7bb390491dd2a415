"""From scored products to the places of a feed: interests and merchants by turns, and tries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.retrieval.fusion import Candidate, enforce_monotonic_scores
from shopwindow.personalization import CatalogItem
from shopwindow.ranking import EngagementEstimate, diversify_slate, plan_exploration
from shopwindow.ranking.weights import RankingWeights

SLATE_DIVERSITY = "slate_diversity"
EXPLORATION = "exploration"
"""Names of parts: what giving way to another interest or merchant costs; what a try is given."""


@dataclass(frozen=True, slots=True)
class Slate:
    """Products at their places.

    Attributes:
        candidates: In their order; their scores never rise.
        propensities: Probability of each to stand there, by point id.
    """

    candidates: Sequence[Candidate]
    propensities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Scored products of one feed.

    Attributes:
        candidates: Best first.
        items: What is known of each, by point id.
        groups: Number of each one's interest, or category, by point id.
        group_weights: What each interest, or category, counts.
        cold_candidates: Of which too little is known, with what is expected of them, by point id:
            mean and strength.
        rules: Names of the rules that moved each, by point id.
    """

    candidates: Sequence[Candidate]
    items: Mapping[str, CatalogItem]
    groups: Mapping[str, int]
    group_weights: Sequence[float]
    cold_candidates: Mapping[str, tuple[float, float]]
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class SlateBuilder:
    """Deals out the places of feeds.

    Args:
        weights: What is held back, and how much is tried.
        rng: Decides what is tried.
    """

    def __init__(self, weights: RankingWeights, rng: np.random.Generator) -> None:
        self._weights = weights
        self._rng = rng

    def build(self, ranked: ScoredCandidates, limit: int) -> Slate:
        """Return the first products of a feed, and one more if there is one.

        Args:
            ranked: The scored products.
            limit: Places of the page.
        """
        scores = [each.score for each in ranked.candidates]
        products = [ranked.items[each.id].product for each in ranked.candidates]
        groups = [ranked.groups[each.id] for each in ranked.candidates]
        merchants = [each.merchant_id for each in products]
        held_back = self._weights.recommendations.seller_diversity_penalty
        order = diversify_slate(
            scores, groups, ranked.group_weights, limit + 1, merchants, held_back
        )
        page = enforce_monotonic_scores(
            [ranked.candidates[place] for place in order], SLATE_DIVERSITY
        )
        return self._tried(page[:limit], page[limit:], ranked)

    def _tried(
        self, page: Sequence[Candidate], rest: Sequence[Candidate], ranked: ScoredCandidates
    ) -> Slate:
        """Return the page with some of its places given to products of which little is known."""
        taken = {each.id for each in (*page, *rest)}
        pool = [
            each
            for each in ranked.candidates
            if each.id in ranked.cold_candidates
            and each.id not in taken
            and ranked.items[each.id].product.in_stock
        ][: self._weights.exploration.pool_size]
        beliefs = np.array([ranked.cold_candidates[each.id] for each in pool]).reshape(-1, 2)
        expectation = EngagementEstimate.from_means(beliefs[:, 0], beliefs[:, 1])
        slots = plan_exploration(len(page), expectation, self._weights.exploration, self._rng)
        candidates, propensities = list(page), dict[str, float]()
        for place, slot in enumerate(slots):
            if slot.pool_index is not None:
                tried = pool[slot.pool_index]
                lift = page[place].score - tried.score
                candidates[place] = tried.with_contributions({EXPLORATION: lift})
            propensities[candidates[place].id] = slot.propensity
        return Slate([*candidates, *rest], propensities)
