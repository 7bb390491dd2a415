"""Scoring of recommendation candidates: hidden ones removed, variants collapsed, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.payload import GROUP_ID, PERCEPTUAL_HASH
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
from search.recommendations.slate_builder import ScoredCandidates
from search.retrieval.fusion import Candidate
from search.rules import RuledCandidates, apply_rules
from shopwindow.personalization import EngagementStats, Personalizer, UserContext
from shopwindow.ranking import EngagementEstimate, RankingWeights, assign_interests
from shopwindow.values.encoder import Vectors


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
        ruled = self._apply_rules(rank_candidates(point_ids, contributions), context)
        candidates = ruled.candidates
        groups, shares = self._assign_groups(user, generated, candidates, vectors, catalog_mean)
        cold_candidates = self._select_cold(point_ids, estimate, stats)
        return ScoredCandidates(
            candidates, generated.items, groups, shares, cold_candidates, ruled.rules
        )

    def _compute_contributions(
        self,
        user: UserContext,
        generated: GeneratedCandidates,
        estimate: EngagementEstimate,
        vectors: Vectors,
        catalog_mean: Vectors | None,
    ) -> dict[str, Scores]:
        items, weights = list(generated.items.values()), self._weights.recommendations
        contributions = score_product_signals(self._personalizer, items, estimate, weights)
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
        self, candidates: Sequence[Candidate], context: RankingContext
    ) -> RuledCandidates:
        """Return the candidates that no rule hides, collapsed, boosted and buried."""
        filters, plan = context.parsed.filters, replace(context.plan, pins=())
        ruled = apply_rules(candidates, plan, filters, self._index)
        if filters.group_id:
            return ruled
        remaining = ruled.candidates
        payload_rows = self._index.fetch_rows(
            [candidate.id for candidate in remaining], (GROUP_ID, PERCEPTUAL_HASH)
        )
        return RuledCandidates(collapse_variants(remaining, payload_rows)[0], ruled.rules)

    def _assign_groups(
        self,
        user: UserContext,
        generated: GeneratedCandidates,
        candidates: Sequence[Candidate],
        vectors: Vectors,
        catalog_mean: Vectors | None,
    ) -> tuple[Mapping[str, int], Sequence[float]]:
        """Return the interest of each candidate, and the weight of each interest.

        Without interests, the groups are categories of equal weight, the best product's first.
        """
        if user.profile is not None and len(user.profile.interests):
            now_s, settings = self._personalizer.now(), self._personalizer.settings
            interests, shares = assign_interests(
                user.profile, vectors, now_s, catalog_mean, settings
            )
            return dict(zip(generated.items, interests.tolist(), strict=True)), shares.tolist()
        categories = {
            point_id: item.attributes.category for point_id, item in generated.items.items()
        }
        group_of = {
            category: index
            for index, category in enumerate(
                dict.fromkeys(categories[candidate.id] for candidate in candidates)
            )
        }
        return {candidate.id: group_of[categories[candidate.id]] for candidate in candidates}, [
            1.0
        ] * len(group_of)

    def _select_cold(
        self,
        point_ids: Sequence[str],
        estimate: EngagementEstimate,
        stats: Sequence[EngagementStats],
    ) -> Mapping[str, tuple[float, float]]:
        min_impressions = self._weights.exploration.min_impressions
        beta_params = zip(estimate.mean.tolist(), estimate.strength.tolist(), strict=True)
        return {
            point_id: beta_param
            for point_id, beta_param, product_stats in zip(
                point_ids, beta_params, stats, strict=True
            )
            if product_stats.impressions < min_impressions
        }


def rank_candidates(
    point_ids: Sequence[str], contributions: Mapping[str, Scores]
) -> list[Candidate]:
    """Return candidates with their contributions, best first, ties by id.

    Args:
        point_ids: Their ids.
        contributions: By name, each of shape (n_points,).
    """
    if not contributions:
        return [Candidate(point_id, 0.0, {}) for point_id in point_ids]
    values_per_point = np.stack(list(contributions.values()), axis=1).tolist()  # (n_points, n)
    candidates = [
        Candidate(
            point_id,
            sum(values),
            {name: value for name, value in zip(contributions, values, strict=True) if value},
        )
        for point_id, values in zip(point_ids, values_per_point, strict=True)
    ]
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.id))
