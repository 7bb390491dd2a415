"""Feeds: products for one visitor, without a query."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from index.payload import GROUP_ID, PERCEPTUAL_HASH, to_point_id
from search.cursor import Cursor, digest_parts
from search.merchant_scope import is_visible
from search.pipeline.collapse import collapse_variants
from search.pipeline.reranking import RankedList, RankingContext
from search.pipeline.rule_filter import remove_hidden
from search.query.parsed_query import ParsedQuery
from search.recommendations.candidate_generators import CandidateGenerator
from search.recommendations.candidate_pools import CandidatePoolCache
from search.recommendations.candidate_ranking import CandidateScorer, rank_candidates
from search.recommendations.complement_candidates import ComplementFinder
from search.recommendations.slate_builder import SLATE_DIVERSITY, SlateBuilder
from search.response_builder import ResponseBuilder
from search.retrieval.fusion import Candidate, enforce_monotonic_scores
from search.retrieval.similarity_baseline import BaselineSample
from search.rules import apply_rules
from search.rules.plan import RulePlan
from search.stopwatch import Stopwatch
from shopwindow.personalization import Personalizer
from shopwindow.ranking import RankingWeights
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.query import Filters, Query
from shopwindow.values.response import SearchResponse

MAX_COMPLEMENTS = 200
"""Most complements of one product."""

CONSUMED_KINDS = ("purchase", "cart", "like", "click")
"""What a visitor did with a product that need not be recommended any more."""


class Recommender:
    """Makes feeds. Safe to use from several threads.

    Args:
        people: What is known of visitors and products.
        weights: What each part of the order weighs.
        answering: Makes pages.
        plan: Returns the merchandiser's rules that hold for a page under some filters.
        rng: Decides what is tried.
    """

    def __init__(
        self,
        people: Personalizer,
        weights: RankingWeights,
        answering: ResponseBuilder,
        plan: Callable[[Filters], RulePlan],
        rng: np.random.Generator | None = None,
    ) -> None:
        self._people = people
        self._index = people.catalog.index
        self._weights = weights
        self._answering = answering
        self._plan = plan
        shelves = CandidatePoolCache(people)
        self._sources = CandidateGenerator(people, shelves)
        self._complementing = ComplementFinder(people, shelves)
        self._ranking = CandidateScorer(people, weights)
        self._placing = SlateBuilder(weights, rng or np.random.default_rng())

    def recommend(self, query: Query, background: BaselineSample, cursor: Cursor) -> SearchResponse:
        """Return a page of products that suit a visitor.

        Args:
            query: The visitor, filters and limit.
            background: What likeness is chance.
            cursor: Where the page before ended.
        """
        watch = Stopwatch.start()
        visitor = self._people.get_user_context(query.user_id)
        wanted = self._wanted(query)
        done = {each.product_id for each in visitor.interactions if each.kind in CONSUMED_KINDS}
        found = self._sources.generate(visitor, query.filters, done | visitor.hidden_product_ids)
        watch.lap("retrieve")
        chance = background.compute_mean(self._people.catalog.space)
        new = {each: one for each, one in found.items.items() if not cursor.has_shown(each)}
        ranked = self._ranking.score(visitor, replace(found, items=new), wanted, chance)
        watch.lap("rank")
        placed = self._placing.build(ranked, query.limit)
        watch.lap("build_slate")
        pins = replace(wanted.plan, boosts=(), buries=())  # those have moved what was chosen from
        hidden = tuple(to_point_id(each) for each in visitor.hidden_product_ids)
        ruled = apply_rules(placed.candidates, pins, query.filters, self._index, hidden)
        fields = (GROUP_ID, PERCEPTUAL_HASH)
        rows = self._index.fetch_rows([each.id for each in ruled.candidates], fields)
        # What a rule put at a place stands there whatever was tried.
        propensities = {**placed.propensities, **dict.fromkeys(ruled.rules, 1.0)}
        rules = {**ranked.rules, **ruled.rules}
        ordered = RankedList(ruled.candidates, rows, rules=rules, propensities=propensities)
        return self._answering.build(wanted, cursor, ordered, (), watch)

    def filter_hidden(self, product_ids: Sequence[str], filters: Filters) -> list[str]:
        """Return the products that no rule hides, in their order."""
        points = {to_point_id(each): each for each in product_ids}
        candidates = [Candidate(each, 0.0, {}) for each in points]
        left = remove_hidden(candidates, self._plan(filters), filters, self._index)
        return [points[each.id] for each in left]

    def recommend_complements(
        self, product_id: str, query: Query, background: BaselineSample
    ) -> SearchResponse:
        """Return a page of products that go with another.

        Args:
            product_id: The product.
            query: The visitor, filters and limit.
            background: What likeness is chance.

        Raises:
            ProductNotFoundError: No indexed product that may be seen has the id.
        """
        watch = Stopwatch.start()
        anchor = self._people.catalog.get_items([product_id]).get(product_id)
        if anchor is None or not is_visible(query.filters, anchor.product):
            raise ProductNotFoundError(product_id)
        visitor = self._people.get_user_context(query.user_id)
        wanted = self._wanted(query)
        several, found = self._complementing.find(
            anchor, query.filters, background, visitor.hidden_product_ids
        )
        watch.lap("retrieve")
        points = [to_point_id(each.product.id) for each in several]
        scored = {each.id: each for each in rank_candidates(points, found.contributions)}
        order = [scored[points[place]] for place in found.select_best(MAX_COMPLEMENTS)]
        left = remove_hidden(order, wanted.plan, query.filters, self._index)
        rows = self._index.fetch_rows([each.id for each in left], (GROUP_ID, PERCEPTUAL_HASH))
        once, stands_for = collapse_variants(left, rows)
        placed = enforce_monotonic_scores(once, SLATE_DIVERSITY)
        left_out = tuple(to_point_id(each) for each in (product_id, *visitor.hidden_product_ids))
        ruled = apply_rules(placed, wanted.plan, query.filters, self._index, left_out)
        watch.lap("rank")
        ordered = RankedList(ruled.candidates, rows, variant_counts=stands_for, rules=ruled.rules)
        return self._answering.build(wanted, Cursor(""), ordered, (), watch)

    def _wanted(self, query: Query) -> RankingContext:
        understood = ParsedQuery("", query.filters)
        return RankingContext(query, understood, plan=self._plan(query.filters))


def digest_recommendation_query(query: Query) -> str:
    """Return what a cursor remembers of its feed."""
    return digest_parts("feed", query.user_id, query.filters)
