"""Feeds: products for one visitor, without a query."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from index.payload import GROUP, PHOTO_PRINT, point_id
from search.cursor import Cursor, query_digest
from search.merchant_scope import may_see
from search.pipeline.collapse import folded
from search.pipeline.reranking import Ordered, Wanted
from search.pipeline.rule_filter import without_hidden
from search.query.parsed_query import Understood
from search.recommendations.candidate_generators import Sources
from search.recommendations.candidate_pools import Shelves
from search.recommendations.candidate_ranking import Ranking, best_first
from search.recommendations.complement_candidates import Complementing
from search.recommendations.slate_builder import TURNS, Placing
from search.response_builder import Answering
from search.retrieval.fusion import Candidate, never_rising
from search.retrieval.similarity_baseline import Background
from search.rules import applied
from search.rules.plan import Plan
from search.stopwatch import Stopwatch
from shopwindow.personalization import People
from shopwindow.ranking import Weights
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.query import Filters, Query
from shopwindow.values.response import Page

N_SHOWN = 200
"""Most complements of one product."""

FINISHED = ("purchase", "cart", "like", "click")
"""What a visitor did with a product that need not be recommended any more."""


class Feeds:
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
        people: People,
        weights: Weights,
        answering: Answering,
        plan: Callable[[Filters], Plan],
        rng: np.random.Generator | None = None,
    ) -> None:
        self._people = people
        self._index = people.catalogue.index
        self._weights = weights
        self._answering = answering
        self._plan = plan
        shelves = Shelves(people)
        self._sources = Sources(people, shelves)
        self._complementing = Complementing(people, shelves)
        self._ranking = Ranking(people, weights)
        self._placing = Placing(weights, rng or np.random.default_rng())

    def feed(self, query: Query, background: Background, cursor: Cursor) -> Page:
        """Return a page of products that suit a visitor.

        Args:
            query: The visitor, filters and limit.
            background: What likeness is chance.
            cursor: Where the page before ended.
        """
        watch = Stopwatch.start()
        visitor = self._people.visitor(query.user_id)
        wanted = self._wanted(query)
        done = {each.product_id for each in visitor.touched if each.kind in FINISHED}
        found = self._sources.found(visitor, query.filters, done | visitor.hidden)
        watch.lap("retrieve")
        chance = background.mean(self._people.catalogue.space)
        new = {each: one for each, one in found.known.items() if not cursor.has_shown(each)}
        ranked = self._ranking.ranked(visitor, replace(found, known=new), wanted, chance)
        watch.lap("rank")
        placed = self._placing.placed(ranked, query.limit)
        watch.lap("place")
        pins = replace(wanted.plan, boosts=(), buries=())  # those have moved what was chosen from
        hidden = tuple(point_id(each) for each in visitor.hidden)
        ruled = applied(placed.candidates, pins, query.filters, self._index, hidden)
        fields = (GROUP, PHOTO_PRINT)
        rows = self._index.rows([each.id for each in ruled.candidates], fields)
        # What a rule put at a place stands there whatever was tried.
        propensities = {**placed.propensities, **dict.fromkeys(ruled.rules, 1.0)}
        rules = {**ranked.rules, **ruled.rules}
        ordered = Ordered(ruled.candidates, rows, rules=rules, propensities=propensities)
        return self._answering.page(wanted, cursor, ordered, (), watch)

    def shown(self, product_ids: Sequence[str], filters: Filters) -> list[str]:
        """Return the products that no rule hides, in their order."""
        points = {point_id(each): each for each in product_ids}
        candidates = [Candidate(each, 0.0, {}) for each in points]
        left = without_hidden(candidates, self._plan(filters), filters, self._index)
        return [points[each.id] for each in left]

    def complements(self, product_id: str, query: Query, background: Background) -> Page:
        """Return a page of products that go with another.

        Args:
            product_id: The product.
            query: The visitor, filters and limit.
            background: What likeness is chance.

        Raises:
            ProductNotFoundError: No indexed product that may be seen has the id.
        """
        watch = Stopwatch.start()
        anchor = self._people.catalogue.known([product_id]).get(product_id)
        if anchor is None or not may_see(query.filters, anchor.product):
            raise ProductNotFoundError(product_id)
        visitor = self._people.visitor(query.user_id)
        wanted = self._wanted(query)
        several, found = self._complementing.found(
            anchor, query.filters, background, visitor.hidden
        )
        watch.lap("retrieve")
        points = [point_id(each.product.id) for each in several]
        scored = {each.id: each for each in best_first(points, found.parts)}
        order = [scored[points[place]] for place in found.best(N_SHOWN)]
        left = without_hidden(order, wanted.plan, query.filters, self._index)
        rows = self._index.rows([each.id for each in left], (GROUP, PHOTO_PRINT))
        once, stands_for = folded(left, rows)
        placed = never_rising(once, TURNS)
        left_out = tuple(point_id(each) for each in (product_id, *visitor.hidden))
        ruled = applied(placed, wanted.plan, query.filters, self._index, left_out)
        watch.lap("rank")
        ordered = Ordered(ruled.candidates, rows, stands_for=stands_for, rules=ruled.rules)
        return self._answering.page(wanted, Cursor(""), ordered, (), watch)

    def _wanted(self, query: Query) -> Wanted:
        understood = Understood("", query.filters)
        return Wanted(query, understood, plan=self._plan(query.filters))


def identity(query: Query) -> str:
    """Return what a cursor remembers of its feed."""
    return query_digest("feed", query.user_id, query.filters)
