"""The products of a feed with their scores: hidden ones out, each thing once, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.payload import GROUP, PHOTO_PRINT
from search.merchant_scope import merchants_of
from search.pipeline.collapse import folded
from search.pipeline.feature_scores import TOGETHER, Scores, shop_parts, taste_parts, together_part
from search.pipeline.reranking import Wanted
from search.recommendations.candidate_generators import Found
from search.recommendations.slate_builder import Ranked
from search.retrieval.fusion import Candidate
from search.rules import Ruled, applied
from shopwindow.personalization import People, Tally, Visitor
from shopwindow.ranking import Expectation, Weights, by_interest
from shopwindow.values.encoder import Vectors


class Ranking:
    """Scores products for visitors.

    Args:
        people: What is known of visitors and products.
        weights: What each part weighs, and how little is little known.
    """

    def __init__(self, people: People, weights: Weights) -> None:
        self._people = people
        self._index = people.catalogue.index
        self._weights = weights

    def ranked(
        self, visitor: Visitor, found: Found, wanted: Wanted, background: Vectors | None
    ) -> Ranked:
        """Return the products with their scores.

        Args:
            visitor: For whom.
            found: The products.
            wanted: The filters and rules in force.
            background: Mean vector of the catalogue, shape (dim,).
        """
        points, several = list(found.known), list(found.known.values())
        by_own = bool(merchants_of(wanted.understood.filters))
        ids = [each.product.id for each in several]
        expectation, tallies = self._people.expectations.of(ids, by_own)
        rows = self._people.catalogue.rows(several if visitor.profile else ())
        parts = self._parts(visitor, found, expectation, rows, background)
        ruled = self._left(best_first(points, parts), wanted)
        candidates = ruled.candidates
        groups, shares = self._groups(visitor, found, candidates, rows, background)
        little = self._little_known(points, expectation, tallies)
        return Ranked(candidates, found.known, groups, shares, little, ruled.rules)

    def _parts(
        self,
        visitor: Visitor,
        found: Found,
        expectation: Expectation,
        rows: Vectors,
        background: Vectors | None,
    ) -> dict[str, Scores]:
        several, weights = list(found.known.values()), self._weights.feed
        parts = shop_parts(self._people, several, expectation, weights)
        suits = taste_parts(self._people, visitor.profile, several, rows, background)
        parts |= {name: weights.affinity * part for name, part in suits.items()}
        if found.together:
            parts[TOGETHER] = weights.together * together_part(several, found.together)
        return parts

    def _left(self, candidates: Sequence[Candidate], wanted: Wanted) -> Ruled:
        """Return the candidates that no rule hides, each thing once, boosted and buried."""
        filters, plan = wanted.understood.filters, replace(wanted.plan, pins=())
        ruled = applied(candidates, plan, filters, self._index)
        if filters.group_id:
            return ruled
        left = ruled.candidates
        rows = self._index.rows([each.id for each in left], (GROUP, PHOTO_PRINT))
        return Ruled(folded(left, rows)[0], ruled.rules)

    def _groups(
        self,
        visitor: Visitor,
        found: Found,
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
            numbers, shares = by_interest(visitor.profile, rows, now_s, background, settings)
            return dict(zip(found.known, numbers.tolist(), strict=True)), shares.tolist()
        names = {point: each.facts.category for point, each in found.known.items()}
        order = {name: n for n, name in enumerate(dict.fromkeys(names[e.id] for e in candidates))}
        return {each.id: order[names[each.id]] for each in candidates}, [1.0] * len(order)

    def _little_known(
        self, points: Sequence[str], expectation: Expectation, tallies: Sequence[Tally]
    ) -> Mapping[str, tuple[float, float]]:
        enough = self._weights.exploration.enough
        beliefs = zip(expectation.mean.tolist(), expectation.strength.tolist(), strict=True)
        return {
            point: belief
            for point, belief, tally in zip(points, beliefs, tallies, strict=True)
            if tally.shown < enough
        }


def best_first(points: Sequence[str], parts: Mapping[str, Scores]) -> list[Candidate]:
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
