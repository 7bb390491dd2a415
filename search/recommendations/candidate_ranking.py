"""Scoring of recommendation candidates: hidden ones removed, variants collapsed, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import GROUP_ID, PERCEPTUAL_HASH
from search.merchant_scope import get_merchant_ids
from search.pipeline.collapse import collapse_variants
from search.pipeline.feature_scores import (
    CO_ENGAGEMENT,
    Scores,
    score_affinity,
    score_co_engagement,
    score_product_signals,
)
from search.pipeline.reranking import RankingContext
from search.recommendations.candidate_generators import GeneratedCandidates
from search.rules import RuledCandidates, apply_rules
from shopwindow.personalization import CatalogItem, EngagementStats, Personalizer, UserContext
from shopwindow.ranking import (
    CandidateSet,
    EngagementEstimate,
    RankingWeights,
    SlateCandidates,
    assign_interests,
)
from shopwindow.values import Vectors


class ScoredCandidates(NamedTuple):
    """Scored candidates of one page.

    Attributes:
        slate: What the slate is built from.
        rules: Names of the rules that moved each, by point id.
    """

    slate: SlateCandidates
    rules: Mapping[str, tuple[str, ...]]


class CandidateScorer:
    """Scores candidates for visitors.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        weights: Weights of the contributions, and the limit of impressions for exploration.
    """

    def __init__(self, personalizer: Personalizer, weights: RankingWeights) -> None:
        self._personalizer = personalizer
        self._index = personalizer.catalog.index
        self._weights = weights

    def score(
        self,
        user: UserContext,
        generated: GeneratedCandidates,
        context: RankingContext,
        catalog_mean: Vectors | None,
    ) -> ScoredCandidates:
        """Return the candidates with their scores.

        Args:
            user: The visitor.
            generated: The candidates.
            context: The filters, and the rules that are active.
            catalog_mean: Mean vector of the catalogue, shape (dim,).
        """
        point_ids, items = list(generated.items), list(generated.items.values())
        same_merchant_only = bool(get_merchant_ids(context.parsed.filters))
        product_ids = [item.product.id for item in items]
        estimate, stats = self._personalizer.engagement_estimator.estimate(
            product_ids, same_merchant_only
        )
        vectors = self._personalizer.catalog.stack_vectors(items if user.profile else ())
        contributions = self._compute_contributions(
            user, generated, estimate, vectors, catalog_mean
        )
        ruled = self._apply_rules(
            rank_candidates(point_ids, contributions), generated.sampled, context
        )
        candidates = ruled.candidates
        positions = {point_id: number for number, point_id in enumerate(point_ids)}
        rows = [positions[point_id] for point_id in candidates.ids]
        is_sampled = np.array([point_id in generated.sampled for point_id in candidates.ids], bool)
        kept = [items[row] for row in rows]
        groups, weights = self._assign_groups(
            user, kept, is_sampled, vectors[rows] if user.profile else vectors, catalog_mean
        )
        slate = SlateCandidates(
            candidates,
            groups,
            weights,
            [item.product.merchant_id for item in kept],
            self._estimate_cold(rows, kept, estimate, stats),
            is_sampled,
        )
        return ScoredCandidates(slate, ruled.rules)

    def _compute_contributions(
        self,
        user: UserContext,
        generated: GeneratedCandidates,
        estimate: EngagementEstimate,
        vectors: Vectors,
        catalog_mean: Vectors | None,
    ) -> dict[str, Scores]:
        """Return weighted scores by name, each of shape (n_items,).

        Args:
            user: The visitor.
            generated: The candidates.
            estimate: Engagement rates of the candidates.
            vectors: Vectors of the candidates, shape (n_items, dim); not read without a profile.
            catalog_mean: Mean vector of the catalogue, shape (dim,).
        """
        items, weights = list(generated.items.values()), self._weights.recommendations
        ranked = [
            item for point_id, item in generated.items.items() if point_id not in generated.sampled
        ]
        contributions = score_product_signals(self._personalizer, items, estimate, weights, ranked)
        affinities = score_affinity(self._personalizer, user.profile, items, vectors, catalog_mean)
        contributions |= {
            name: weights.affinity * affinity for name, affinity in affinities.items()
        }
        if generated.co_engagement:
            contributions[CO_ENGAGEMENT] = weights.co_engagement * score_co_engagement(
                items, generated.co_engagement
            )
        return contributions

    def _apply_rules(
        self, candidates: CandidateSet, sampled: frozenset[str], context: RankingContext
    ) -> RuledCandidates:
        """Return the candidates that no rule hides, collapsed, boosted and buried.

        A sampled product does not decide which of the ranked ones remain.
        """
        filters, plan = context.parsed.filters, replace(context.plan, pins=())
        ruled = apply_rules(candidates, plan, filters, self._index)
        if filters.group_id:
            return ruled
        remaining = ruled.candidates
        payload_rows = self._index.fetch_rows(remaining.ids, (GROUP_ID, PERCEPTUAL_HASH))
        unique, _ = collapse_variants(remaining.drop(sampled), payload_rows)
        if sampled:
            ranked = frozenset(unique.ids)
            kept = remaining.keep(ranked | sampled)
            unique, _ = collapse_variants(kept, payload_rows, pinned=ranked)
        return RuledCandidates(unique, ruled.rules)

    def _assign_groups(
        self,
        user: UserContext,
        items: Sequence[CatalogItem],
        is_sampled: NDArray[np.bool_],
        vectors: Vectors,
        catalog_mean: Vectors | None,
    ) -> tuple[NDArray[np.intp], Sequence[float]]:
        """Return the interest of each candidate, shape (n,), and the weight of each interest.

        Without interests, the groups are categories of equal weight, the best product's first.
        What is shown by exploration alone founds no group.
        """
        if user.profile is not None and len(user.profile.interests):
            now_s, settings = self._personalizer.now(), self._personalizer.settings
            interests, weights = assign_interests(
                user.profile, vectors, now_s, catalog_mean, settings
            )
            return interests.astype(np.intp), weights.tolist()
        categories = [item.attributes.category for item in items]
        ranked = (c for c, drawn in zip(categories, is_sampled.tolist(), strict=True) if not drawn)
        numbers = {category: number for number, category in enumerate(dict.fromkeys(ranked))}
        groups = np.array([numbers.get(category, 0) for category in categories], dtype=np.intp)
        return groups, [1.0] * len(numbers)

    def _estimate_cold(
        self,
        rows: Sequence[int],
        items: Sequence[CatalogItem],
        estimate: EngagementEstimate,
        stats: Sequence[EngagementStats],
    ) -> NDArray[np.float64]:
        """Return mean and strength of what may be explored, NaN for the rest; shape (n, 2)."""
        beliefs = np.stack([estimate.mean, estimate.strength], axis=1)[list(rows)]
        min_impressions = self._weights.exploration.min_impressions
        may_explore = [
            item.product.in_stock and stats[row].impressions < min_impressions
            for row, item in zip(rows, items, strict=True)
        ]
        return np.where(np.array(may_explore, bool).reshape(-1, 1), beliefs, np.nan)


def rank_candidates(point_ids: Sequence[str], contributions: Mapping[str, Scores]) -> CandidateSet:
    """Return candidates with their contributions, best first, ties by id.

    Args:
        point_ids: Their ids.
        contributions: By name, each of shape (n_points,); 0 adds nothing and explains nothing.
    """
    if not contributions:
        return CandidateSet(tuple(point_ids), np.zeros(len(point_ids)))
    columns = {name: np.where(c == 0, np.nan, c) for name, c in contributions.items()}
    return CandidateSet.from_contributions(point_ids, columns).sort()
