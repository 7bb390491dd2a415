"""The products of a feed with their scores: hidden ones out, each thing once, best first."""

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
    """Scores products for visitors.

    Args:
        people: What is known of visitors and products.
        weights: What each part weighs, and how little is little known.
    """

    def __init__(self, people: Personalizer, weights: RankingWeights) -> None:
        self._people = people
        self._index = people.catalog.index
        self._weights = weights

    def score(
        self,
        visitor: UserContext,
        found: GeneratedCandidates,
        wanted: RankingContext,
        background: Vectors | None,
    ) -> ScoredCandidates:
        """Return the products with their scores.

        Args:
            visitor: For whom.
            found: The products.
            wanted: The filters and rules in force.
            background: Mean vector of the catalogue, shape (dim,).
        """
        points, several = list(found.items), list(found.items.values())
        by_own = bool(get_merchant_ids(wanted.parsed.filters))
        ids = [each.product.id for each in several]
        expectation, tallies = self._people.engagement_estimator.estimate(ids, by_own)
        rows = self._people.catalog.stack_vectors(several if visitor.profile else ())
        parts = self._parts(visitor, found, expectation, rows, background)
        ruled = self._left(rank_candidates(points, parts), wanted)
        candidates = ruled.candidates
        groups, shares = self._groups(visitor, found, candidates, rows, background)
        little = self._little_known(points, expectation, tallies)
        return ScoredCandidates(candidates, found.items, groups, shares, little, ruled.rules)

    def _parts(
        self,
        visitor: UserContext,
        found: GeneratedCandidates,
        expectation: EngagementEstimate,
        rows: Vectors,
        background: Vectors | None,
    ) -> dict[str, Scores]:
        several, weights = list(found.items.values()), self._weights.recommendations
        parts = score_product_signals(self._people, several, expectation, weights)
        suits = score_affinity(self._people, visitor.profile, several, rows, background)
        parts |= {name: weights.affinity * part for name, part in suits.items()}
        if found.co_engagement:
            parts[CO_ENGAGEMENT] = weights.co_engagement * score_co_engagement(
                several, found.co_engagement
            )
        return parts

    def _left(self, candidates: Sequence[Candidate], wanted: RankingContext) -> RuledCandidates:
        """Return the candidates that no rule hides, each thing once, boosted and buried."""
        filters, plan = wanted.parsed.filters, replace(wanted.plan, pins=())
        ruled = apply_rules(candidates, plan, filters, self._index)
        if filters.group_id:
            return ruled
        left = ruled.candidates
        rows = self._index.fetch_rows([each.id for each in left], (GROUP_ID, PERCEPTUAL_HASH))
        return RuledCandidates(collapse_variants(left, rows)[0], ruled.rules)

    def _groups(
        self,
        visitor: UserContext,
        found: GeneratedCandidates,
        candidates: Sequence[Candidate],
        rows: Vectors,
        background: Vectors | None,
    ) -> tuple[Mapping[str, int], Sequence[float]]:
        """Return the interest of each product, and what each interest counts.

        Where no interests are known, categories stand for them, each counting the same; that of
        the best product comes first.
        """
        if visitor.profile is not None and len(visitor.profile.interests):
            now_s, settings = self._people.now(), self._people.settings
            numbers, shares = assign_interests(visitor.profile, rows, now_s, background, settings)
            return dict(zip(found.items, numbers.tolist(), strict=True)), shares.tolist()
        names = {point: each.attributes.category for point, each in found.items.items()}
        order = {name: n for n, name in enumerate(dict.fromkeys(names[e.id] for e in candidates))}
        return {each.id: order[names[each.id]] for each in candidates}, [1.0] * len(order)

    def _little_known(
        self,
        points: Sequence[str],
        expectation: EngagementEstimate,
        tallies: Sequence[EngagementStats],
    ) -> Mapping[str, tuple[float, float]]:
        enough = self._weights.exploration.min_impressions
        beliefs = zip(expectation.mean.tolist(), expectation.strength.tolist(), strict=True)
        return {
            point: belief
            for point, belief, tally in zip(points, beliefs, tallies, strict=True)
            if tally.impressions < enough
        }


def rank_candidates(points: Sequence[str], parts: Mapping[str, Scores]) -> list[Candidate]:
    """Return candidates with their parts, best first.

    Args:
        points: Their ids.
        parts: Of each, by name; each of shape (n_points,).
    """
    if not parts:
        return [Candidate(each, 0.0, {}) for each in points]
    rows = np.stack(list(parts.values()), axis=1).tolist()  # (n_points, n_parts)
    found = [
        Candidate(point, sum(row), {n: v for n, v in zip(parts, row, strict=True) if v})
        for point, row in zip(points, rows, strict=True)
    ]
    return sorted(found, key=lambda each: (-each.score, each.id))
