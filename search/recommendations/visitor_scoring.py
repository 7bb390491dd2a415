"""Scores the candidates of a visitor's page, and prepares what its slate is built from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from search.merchant_scope import get_merchant_ids
from search.pipeline.feature_scores import (
    CO_ENGAGEMENT,
    Scores,
    score_affinity,
    score_co_engagement,
    score_product_signals,
)
from search.recommendations.state import CandidateSignals, VisitorState
from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import (
    CandidateSet,
    RankingWeights,
    SlateBuilder,
    SlateCandidates,
    assign_interests,
)
from shopwindow.values import Vectors


class ScoreForVisitor:
    """Scores candidates by the visitor's profile, co-engagement and product signals.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        weights: Weights of the contributions.
    """

    name = "score"

    def __init__(self, personalizer: Personalizer, weights: RankingWeights) -> None:
        self._personalizer = personalizer
        self._weights = weights.recommendations

    def run(self, state: VisitorState) -> VisitorState:
        """Return the candidates best first, with what they were scored by."""
        items = list(state.items.values())
        same_merchant_only = bool(get_merchant_ids(state.context.query.filters))
        estimate, stats = self._personalizer.engagement_estimator.estimate(
            [item.product.id for item in items], same_merchant_only
        )
        vectors = self._personalizer.catalog.stack_vectors(items if state.user.profile else ())
        catalog_mean = state.context.snapshot.baseline.compute_mean(
            self._personalizer.catalog.space
        )
        signals = CandidateSignals(estimate, stats, vectors, catalog_mean)
        contributions = self._compute_contributions(state, items, signals)
        ranked = rank_candidates(list(state.items), contributions)
        return replace(state, candidates=ranked, signals=signals)

    def _compute_contributions(
        self, state: VisitorState, items: Sequence[CatalogItem], signals: CandidateSignals
    ) -> dict[str, Scores]:
        """Return weighted scores by name, each of shape (n_items,)."""
        personalizer, weights = self._personalizer, self._weights
        ranked = [item for item_id, item in state.items.items() if item_id not in state.sampled]
        contributions = score_product_signals(
            personalizer, items, signals.estimate, weights, ranked
        )
        affinities = score_affinity(
            personalizer,
            state.user.profile,
            items,
            signals.vectors,
            signals.catalog_mean,
        )
        contributions |= {
            name: weights.affinity * affinity for name, affinity in affinities.items()
        }
        if state.co_engagement:
            contributions[CO_ENGAGEMENT] = weights.co_engagement * score_co_engagement(
                items, state.co_engagement
            )
        return contributions


class BuildSlate:
    """Fills the places of the page: diverse, and some of them with products hardly shown yet.

    Args:
        personalizer: Has the time and the profile settings.
        weights: Limit of impressions for exploration.
        slate_builder: Makes every choice that is left to chance.
    """

    name = "build_slate"

    def __init__(
        self, personalizer: Personalizer, weights: RankingWeights, slate_builder: SlateBuilder
    ) -> None:
        self._personalizer = personalizer
        self._min_impressions = weights.exploration.min_impressions
        self._slate_builder = slate_builder

    def run(self, state: VisitorState) -> VisitorState:
        """Return the products of the page, and one more if there is one, with propensities."""
        slate = self._slate_builder.build(self._prepare(state), state.context.query.limit)
        return replace(state, candidates=slate.candidates, propensities=slate.propensities)

    def _prepare(self, state: VisitorState) -> SlateCandidates:
        candidates, items, signals = state.candidates, list(state.items.values()), state.signals
        positions = {product_id: number for number, product_id in enumerate(state.items)}
        rows = [positions[product_id] for product_id in candidates.ids]
        is_sampled = np.array([product_id in state.sampled for product_id in candidates.ids], bool)
        kept = [items[row] for row in rows]
        vectors = signals.vectors[rows] if state.user.profile else signals.vectors
        groups, weights = self._assign_groups(state, kept, is_sampled, vectors)
        return SlateCandidates(
            candidates,
            groups,
            weights,
            [item.product.merchant_id for item in kept],
            self._estimate_cold(rows, kept, signals),
            is_sampled,
        )

    def _assign_groups(
        self,
        state: VisitorState,
        items: Sequence[CatalogItem],
        is_sampled: NDArray[np.bool_],
        vectors: Vectors,
    ) -> tuple[NDArray[np.intp], Sequence[float]]:
        """Return the interest of each candidate, shape (n,), and the weight of each interest.

        Without interests, the groups are categories of equal weight, the best product's first.
        What is shown by exploration alone founds no group.
        """
        profile, personalizer = state.user.profile, self._personalizer
        if profile is not None and len(profile.interests):
            interests, weights = assign_interests(
                profile,
                vectors,
                personalizer.now(),
                state.signals.catalog_mean,
                personalizer.settings,
            )
            return interests.astype(np.intp), weights.tolist()
        categories = [item.attributes.category for item in items]
        ranked = (c for c, drawn in zip(categories, is_sampled.tolist(), strict=True) if not drawn)
        numbers = {category: number for number, category in enumerate(dict.fromkeys(ranked))}
        groups = np.array([numbers.get(category, 0) for category in categories], dtype=np.intp)
        return groups, [1.0] * len(numbers)

    def _estimate_cold(
        self, rows: Sequence[int], items: Sequence[CatalogItem], signals: CandidateSignals
    ) -> NDArray[np.float64]:
        """Return mean and strength of what may be explored, NaN for the rest; shape (n, 2)."""
        estimate = signals.estimate
        beliefs = np.stack([estimate.mean, estimate.strength], axis=1)[list(rows)]
        may_explore = [
            item.product.in_stock and signals.stats[row].impressions < self._min_impressions
            for row, item in zip(rows, items, strict=True)
        ]
        return np.where(np.array(may_explore, bool).reshape(-1, 1), beliefs, np.nan)


def rank_candidates(
    product_ids: Sequence[str], contributions: Mapping[str, Scores]
) -> CandidateSet:
    """Return candidates with their contributions, best first, ties by id.

    Args:
        product_ids: Their ids.
        contributions: By name, each of shape (n_points,); 0 adds nothing and explains nothing.
    """
    if not contributions:
        return CandidateSet(tuple(product_ids), np.zeros(len(product_ids)))
    columns = {name: np.where(c == 0, np.nan, c) for name, c in contributions.items()}
    return CandidateSet.from_contributions(product_ids, columns).sort()
