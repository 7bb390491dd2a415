"""Slates of recommendations: diversity of interests and merchants, and exploration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.retrieval.fusion import Candidate, enforce_monotonic_scores
from shopwindow.personalization import CatalogItem
from shopwindow.ranking import EngagementEstimate, diversify_slate, plan_exploration
from shopwindow.ranking.weights import RankingWeights

SLATE_DIVERSITY = "slate_diversity"
EXPLORATION = "exploration"
"""Names of contributions: the cost of diversity, and what raises an explored product."""


@dataclass(frozen=True, slots=True)
class Slate:
    """Products in their order.

    Attributes:
        candidates: In order; their scores never rise.
        propensities: Probability of each to be shown at its position, by point id.
    """

    candidates: Sequence[Candidate]
    propensities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Scored candidates of one slate.

    Attributes:
        candidates: Best first.
        items: The catalogue items, by point id.
        groups: Index of each one's interest or category, by point id.
        group_weights: Weight of each interest or category.
        cold_candidates: Mean and strength of the engagement estimate of those with few impressions,
            by point id.
        rules: Names of the rules that moved each, by point id.
    """

    candidates: Sequence[Candidate]
    items: Mapping[str, CatalogItem]
    groups: Mapping[str, int]
    group_weights: Sequence[float]
    cold_candidates: Mapping[str, tuple[float, float]]
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class SlateBuilder:
    """Builds slates from scored candidates.

    Args:
        weights: The merchant penalty and the exploration settings.
        rng: Source of randomness for exploration.
    """

    def __init__(self, weights: RankingWeights, rng: np.random.Generator) -> None:
        self._weights = weights
        self._rng = rng

    def build(self, scored: ScoredCandidates, limit: int) -> Slate:
        """Return the first products of a slate, and one more if there is one.

        Args:
            scored: The scored candidates.
            limit: Number of slots.
        """
        scores = [candidate.score for candidate in scored.candidates]
        products = [scored.items[candidate.id].product for candidate in scored.candidates]
        groups = [scored.groups[candidate.id] for candidate in scored.candidates]
        merchants = [product.merchant_id for product in products]
        penalty = self._weights.recommendations.seller_diversity_penalty
        indices = diversify_slate(
            scores, groups, scored.group_weights, limit + 1, merchants, penalty
        )
        slate = enforce_monotonic_scores(
            [scored.candidates[index] for index in indices], SLATE_DIVERSITY
        )
        return self._explore(slate[:limit], slate[limit:], scored)

    def _explore(
        self, slate: Sequence[Candidate], rest: Sequence[Candidate], scored: ScoredCandidates
    ) -> Slate:
        """Return the slate with some slots given to products that have few impressions."""
        used_ids = {candidate.id for candidate in (*slate, *rest)}
        pool = [
            candidate
            for candidate in scored.candidates
            if candidate.id in scored.cold_candidates
            and candidate.id not in used_ids
            and scored.items[candidate.id].product.in_stock
        ][: self._weights.exploration.pool_size]
        beta_params = np.array(
            [scored.cold_candidates[candidate.id] for candidate in pool]
        ).reshape(-1, 2)
        estimate = EngagementEstimate.from_means(beta_params[:, 0], beta_params[:, 1])
        slots = plan_exploration(len(slate), estimate, self._weights.exploration, self._rng)
        candidates, propensities = list(slate), dict[str, float]()
        for position, slot in enumerate(slots):
            if slot.pool_index is not None:
                explored = pool[slot.pool_index]
                gap = slate[position].score - explored.score
                candidates[position] = explored.with_contributions({EXPLORATION: gap})
            propensities[candidates[position].id] = slot.propensity
        return Slate([*candidates, *rest], propensities)
