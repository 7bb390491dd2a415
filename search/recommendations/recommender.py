"""The recommender: products for one visitor without a query, and complements of a product."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from index import GROUP_ID, PERCEPTUAL_HASH, to_point_id
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
from search.response_builder import ResponseBuilder
from search.retrieval.similarity_baseline import BaselineSample
from search.rules import apply_rules
from search.rules.plan import RulePlan
from search.stopwatch import Stopwatch
from shopwindow.personalization import Personalizer
from shopwindow.ranking import SLATE_DIVERSITY, CandidateSet, RankingWeights, SlateBuilder
from shopwindow.values import Filters, Query, SearchResponse
from shopwindow.values.errors import ProductNotFoundError

MAX_COMPLEMENTS = 200
"""Most complements of one product that can be shown."""

CONSUMED_KINDS = ("purchase", "cart", "like", "click")
"""Kinds of interactions after which a product is not recommended any more."""


class Recommender:
    """Recommends products. Safe to use from several threads.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        weights: Ranking weights.
        response_builder: Makes responses from ranked lists.
        make_plan: Returns the rule plan of a page with some filters.
        rng: Source of randomness for exploration.
    """

    def __init__(
        self,
        personalizer: Personalizer,
        weights: RankingWeights,
        response_builder: ResponseBuilder,
        make_plan: Callable[[Filters], RulePlan],
        rng: np.random.Generator | None = None,
    ) -> None:
        self._personalizer = personalizer
        self._index = personalizer.catalog.index
        self._weights = weights
        self._response_builder = response_builder
        self._make_plan = make_plan
        self._slate_builder = SlateBuilder(weights, rng)
        pools = CandidatePoolCache(personalizer, self._slate_builder)
        self._generator = CandidateGenerator(personalizer, pools)
        self._complement_finder = ComplementFinder(personalizer, pools)
        self._scorer = CandidateScorer(personalizer, weights)

    def recommend(self, query: Query, baseline: BaselineSample, cursor: Cursor) -> SearchResponse:
        """Return a page of recommendations for a visitor.

        Args:
            query: The visitor, filters and limit.
            baseline: The similarity baseline.
            cursor: Where the previous page ended.
        """
        watch = Stopwatch.start()
        user = self._personalizer.get_user_context(query.user_id)
        context = self._make_context(query)
        consumed_ids = {
            interaction.product_id
            for interaction in user.interactions
            if interaction.kind in CONSUMED_KINDS
        }
        generated = self._generator.generate(
            user, query.filters, consumed_ids | user.hidden_product_ids, cursor.has_shown
        )
        watch.lap("retrieve")
        catalog_mean = baseline.compute_mean(self._personalizer.catalog.space)
        scored = self._scorer.score(user, generated, context, catalog_mean)
        watch.lap("rank")
        slate = self._slate_builder.build(scored.slate, query.limit)
        watch.lap("build_slate")
        # Boosts and buries have been applied already, to all candidates.
        pins = replace(context.plan, boosts=(), buries=())
        hidden_points = tuple(to_point_id(product_id) for product_id in user.hidden_product_ids)
        ruled = apply_rules(slate.candidates, pins, query.filters, self._index, hidden_points)
        fields = (GROUP_ID, PERCEPTUAL_HASH)
        payload_rows = self._index.fetch_rows(ruled.candidates.ids, fields)
        # A pinned product was not placed by chance.
        propensities = {**slate.propensities, **dict.fromkeys(ruled.rules, 1.0)}
        rules = {**scored.rules, **ruled.rules}
        ranked = RankedList(ruled.candidates, payload_rows, rules=rules, propensities=propensities)
        return self._response_builder.build(context, cursor, ranked, (), watch)

    def filter_hidden(self, product_ids: Sequence[str], filters: Filters) -> list[str]:
        """Return the products that no rule hides, in the same order."""
        product_ids_by_point = {to_point_id(product_id): product_id for product_id in product_ids}
        point_ids = tuple(product_ids_by_point)
        candidates = CandidateSet(point_ids, np.zeros(len(point_ids)))
        remaining = remove_hidden(candidates, self._make_plan(filters), filters, self._index)
        return [product_ids_by_point[point_id] for point_id in remaining.ids]

    def recommend_complements(
        self, product_id: str, query: Query, baseline: BaselineSample
    ) -> SearchResponse:
        """Return a page of complements of a product.

        Args:
            product_id: The product.
            query: The visitor, filters and limit.
            baseline: The similarity baseline.

        Raises:
            ProductNotFoundError: No visible product in the index has the id.
        """
        watch = Stopwatch.start()
        anchor = self._personalizer.catalog.get_items([product_id]).get(product_id)
        if anchor is None or not is_visible(query.filters, anchor.product):
            raise ProductNotFoundError(product_id)
        user = self._personalizer.get_user_context(query.user_id)
        context = self._make_context(query)
        items, complements = self._complement_finder.find(
            anchor, query.filters, baseline, user.hidden_product_ids
        )
        watch.lap("retrieve")
        point_ids = [to_point_id(item.product.id) for item in items]
        ranked = rank_candidates(point_ids, complements.contributions)
        best = complements.select_best(MAX_COMPLEMENTS)
        selected = ranked.take([ranked.positions[point_ids[index]] for index in best])
        remaining = remove_hidden(selected, context.plan, query.filters, self._index)
        payload_rows = self._index.fetch_rows(remaining.ids, (GROUP_ID, PERCEPTUAL_HASH))
        unique, variant_counts = collapse_variants(remaining, payload_rows)
        scored = unique.enforce_monotonic_scores(SLATE_DIVERSITY)
        excluded_points = tuple(
            to_point_id(excluded_id) for excluded_id in (product_id, *user.hidden_product_ids)
        )
        ruled = apply_rules(scored, context.plan, query.filters, self._index, excluded_points)
        watch.lap("rank")
        ranked_list = RankedList(
            ruled.candidates, payload_rows, variant_counts=variant_counts, rules=ruled.rules
        )
        return self._response_builder.build(context, Cursor(""), ranked_list, (), watch)

    def _make_context(self, query: Query) -> RankingContext:
        parsed = ParsedQuery("", query.filters)
        return RankingContext(query, parsed, plan=self._make_plan(query.filters))


def digest_recommendation_query(query: Query) -> str:
    """Return a digest that ties a cursor to its visitor and filters."""
    return digest_parts("feed", query.user_id, query.filters)
