"""Slates: the places of a page, and every choice of them that is left to chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.ranking.cold_start import EngagementEstimate
from shopwindow.ranking.exploration import SlateSlot, plan_exploration
from shopwindow.ranking.slate_diversification import diversify_slate
from shopwindow.ranking.weights import RankingWeights

SLATE_DIVERSITY = "slate_diversity"
EXPLORATION = "exploration"
"""Names of contributions: the cost of diversity, and what raises an explored product."""


@dataclass(frozen=True, eq=False)
class SlateCandidates:
    """What a slate is built from; all columns are in the order of the candidates.

    Attributes:
        candidates: Best first.
        groups: Index of each one's interest or category, shape (n,).
        group_weights: Weight of each interest or category, shape (n_groups,).
        merchants: Merchant of each.
        cold_estimates: Mean and strength of the engagement estimate of each one that may be
            explored, shape (n, 2); NaN for the others.
        is_sampled: Which were drawn at random, and are shown by exploration alone, shape (n,).
    """

    candidates: CandidateSet
    groups: NDArray[np.intp]
    group_weights: Sequence[float]
    merchants: Sequence[str]
    cold_estimates: NDArray[np.float64]
    is_sampled: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Slate:
    """Products in their places.

    Attributes:
        candidates: In order; their scores never rise.
        propensities: Probability of each to be shown at its place, given the products that might
            have been explored, by id; those behind the page are missing.
    """

    candidates: CandidateSet
    propensities: Mapping[str, float] = field(default_factory=dict)


class SlateBuilder:
    """Builds slates, and owns the random generator: nothing else of a page is left to chance.

    Safe to use from several threads.

    Args:
        weights: The merchant penalty and the exploration settings.
        rng: Source of randomness; a fresh one when None.
    """

    def __init__(self, weights: RankingWeights, rng: np.random.Generator | None = None) -> None:
        self._weights = weights
        self._rng = rng or np.random.default_rng()

    @property
    def explores(self) -> bool:
        """Whether any place is given to products with few impressions."""
        return self._weights.exploration.rate > 0

    def draw_key(self) -> bytes:
        """Return 16 random bytes, which say where in a catalogue a sample begins."""
        return self._rng.bytes(16)

    def build(self, scored: SlateCandidates, limit: int) -> Slate:
        """Return the products of a page, and one more if there is one.

        Args:
            scored: The scored candidates.
            limit: Number of places.
        """
        ranked = np.flatnonzero(~scored.is_sampled)
        order = diversify_slate(
            scored.candidates.scores[ranked],
            scored.groups[ranked],
            scored.group_weights,
            limit + 1,
            [scored.merchants[n] for n in ranked.tolist()],
            self._weights.recommendations.seller_diversity_penalty,
        )
        page = scored.candidates.take(ranked[order]).enforce_monotonic_scores(SLATE_DIVERSITY)
        pool = self._select_pool(scored, page)
        beliefs = scored.cold_estimates[pool]
        estimate = EngagementEstimate.from_means(beliefs[:, 0], beliefs[:, 1])
        n_places = min(limit, len(page))
        slots = plan_exploration(n_places, estimate, self._weights.exploration, self._rng)
        return _place(page, scored.candidates.take(pool), slots)

    def _select_pool(self, scored: SlateCandidates, page: CandidateSet) -> NDArray[np.intp]:
        """Return the rows of the best candidates to explore that are not shown, shape (n_pool,)."""
        may_explore = ~np.isnan(scored.cold_estimates[:, 0])
        may_explore[[scored.candidates.positions[product_id] for product_id in page.ids]] = False
        return np.flatnonzero(may_explore)[: self._weights.exploration.pool_size]


def _place(page: CandidateSet, pool: CandidateSet, slots: Sequence[SlateSlot]) -> Slate:
    """Return the page with explored products in their places, raised to the scores of these."""
    everything = page.concat(pool)
    rows = list(range(len(page)))
    raised = np.full(len(page), np.nan)
    for place, slot in enumerate(slots):
        if slot.pool_index is not None:
            rows[place] = len(page) + slot.pool_index
            raised[place] = page.scores[place] - pool.scores[slot.pool_index]
    placed = everything.take(rows).add(EXPLORATION, raised)
    propensities = {placed.ids[place]: slot.propensity for place, slot in enumerate(slots)}
    return Slate(placed, propensities)
