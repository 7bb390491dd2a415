"""The recommender: products for one visitor without a query, and complements of a product."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from search.catalog_snapshot import CatalogSnapshot
from search.cursor import Cursor, digest_parts
from search.merchant_scope import is_visible
from search.pipeline.rule_filter import remove_hidden
from search.pipeline.state import RankingContext
from search.pipelines import make_complement_pipeline, make_recommendation_pipeline
from search.query.parsed_query import ParsedQuery
from search.recommendations.candidate_pools import CandidatePoolCache
from search.recommendations.state import ComplementState, VisitorState
from search.response_builder import ResponseBuilder
from search.rules.plan import RulePlan
from search.stopwatch import Stopwatch
from shopwindow.personalization import Personalizer
from shopwindow.ranking import CandidateSet, ComplementFeatures, RankingWeights, SlateBuilder
from shopwindow.values import Filters, Query, SearchResponse
from shopwindow.values.errors import ProductNotFoundError

CONSUMED_KINDS = ("purchase", "cart", "like", "click", "return")
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
        self._response_builder = response_builder
        self._make_plan = make_plan
        slate_builder = SlateBuilder(weights, rng)
        pools = CandidatePoolCache(personalizer, slate_builder)
        self._recommendations = make_recommendation_pipeline(
            personalizer, weights, pools, slate_builder
        )
        self._complements = make_complement_pipeline(personalizer, pools)

    def recommend(self, query: Query, snapshot: CatalogSnapshot, cursor: Cursor) -> SearchResponse:
        """Return a page of recommendations for a visitor.

        Args:
            query: The visitor, filters and limit.
            snapshot: That of the visible catalogue.
            cursor: Where the previous page ended.
        """
        watch = Stopwatch.start()
        user = self._personalizer.get_user_context(query.user_id)
        consumed_ids = {
            interaction.product_id
            for interaction in user.interactions
            if interaction.kind in CONSUMED_KINDS
        }
        state = VisitorState(
            self._make_context(query, snapshot, user.hidden_product_ids),
            user=user,
            exclude_ids=frozenset(consumed_ids | user.hidden_product_ids),
            has_shown=cursor.has_shown,
        )
        state = self._recommendations.run(state, watch)
        return self._response_builder.build(state, cursor, watch)

    def filter_hidden(self, product_ids: Sequence[str], filters: Filters) -> list[str]:
        """Return the products that no rule hides, in the same order."""
        candidates = CandidateSet(tuple(product_ids), np.zeros(len(product_ids)))
        plan = self._make_plan(filters)
        return list(remove_hidden(candidates, plan, filters, self._index).ids)

    def recommend_complements(
        self, product_id: str, query: Query, snapshot: CatalogSnapshot
    ) -> SearchResponse:
        """Return a page of complements of a product.

        Args:
            product_id: The product.
            query: The visitor, filters and limit.
            snapshot: That of the visible catalogue.

        Raises:
            ProductNotFoundError: No visible product in the index has the id.
        """
        watch = Stopwatch.start()
        anchor = self._personalizer.catalog.get_items([product_id]).get(product_id)
        if anchor is None or not is_visible(query.filters, anchor.product):
            raise ProductNotFoundError(product_id)
        user = self._personalizer.get_user_context(query.user_id)
        state = ComplementState(
            self._make_context(query, snapshot, (product_id, *user.hidden_product_ids)),
            anchor=anchor,
            features=ComplementFeatures.from_product(anchor.product),
            exclude_ids=frozenset(user.hidden_product_ids),
        )
        state = self._complements.run(state, watch)
        return self._response_builder.build(state, Cursor(""), watch)

    def _make_context(
        self, query: Query, snapshot: CatalogSnapshot, excluded_ids: Iterable[str]
    ) -> RankingContext:
        parsed = ParsedQuery("", query.filters)
        plan = self._make_plan(query.filters)
        return RankingContext(query, parsed, snapshot, plan=plan, exclude=tuple(excluded_ids))


def digest_recommendation_query(query: Query) -> str:
    """Return a digest that ties a cursor to its visitor and filters."""
    return digest_parts("feed", query.user_id, query.filters)
