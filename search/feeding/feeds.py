"""Feeds: products for one visitor, without a query."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from core.answer import Page
from core.query import Query
from index.payload import GROUP, PHOTO_PRINT, point_id
from people import People
from rank import Weights
from search.answering import Answering
from search.background import Background
from search.cursor import Cursor, query_digest
from search.feeding.placing import Placing
from search.feeding.ranking import Ranking
from search.feeding.sources import Sources
from search.ordering import Ordered, Wanted
from search.rules import RuleBook, applied
from search.stopwatch import Stopwatch
from search.understanding.readings import Understood

FINISHED = ("purchase", "cart", "like", "click")
"""What a visitor did with a product that need not be recommended any more."""


class Feeds:
    """Makes feeds. Safe to use from several threads.

    Args:
        people: What is known of visitors and products.
        weights: What each part of the order weighs.
        answering: Makes pages.
        rules: The merchandiser's rules in force.
        rng: Decides what is tried.
    """

    def __init__(
        self,
        people: People,
        weights: Weights,
        answering: Answering,
        rules: Callable[[], RuleBook],
        rng: np.random.Generator | None = None,
    ) -> None:
        self._people = people
        self._index = people.catalogue.index
        self._weights = weights
        self._answering = answering
        self._rules = rules
        self._sources = Sources(people)
        self._ranking = Ranking(people, weights)
        self._placing = Placing(people, weights, rng or np.random.default_rng())

    def feed(self, query: Query, background: Background, cursor: Cursor) -> Page:
        """Return a page of products that suit a visitor.

        Args:
            query: The visitor, filters and limit.
            background: What likeness is chance.
            cursor: Where the page before ended.
        """
        watch = Stopwatch.start()
        visitor = self._people.visitor(query.user_id)
        plan = self._rules().plan("", query.filters, datetime.now(UTC))
        wanted = Wanted(query, Understood("", query.filters), plan=plan)
        done = {each.product_id for each in visitor.touched if each.kind in FINISHED}
        found = self._sources.found(visitor, query.filters, done | visitor.hidden)
        watch.lap("retrieve")
        chance = background.mean(self._people.catalogue.space)
        new = {each: one for each, one in found.known.items() if not cursor.has_shown(each)}
        ranked = self._ranking.ranked(visitor, replace(found, known=new), wanted, chance)
        watch.lap("rank")
        placed = self._placing.placed(ranked, query.limit)
        watch.lap("place")
        exclude = tuple(point_id(each) for each in visitor.hidden)
        ruled = applied(placed.candidates, plan, query.filters, self._index, exclude)
        fields = (GROUP, PHOTO_PRINT)
        rows = self._index.rows([each.id for each in ruled.candidates], fields)
        ordered = Ordered(
            ruled.candidates, rows, rules=ruled.rules, propensities=placed.propensities
        )
        return self._answering.page(wanted, cursor, ordered, (), watch)


def identity(query: Query) -> str:
    """Return what a cursor remembers of its feed."""
    return query_digest("feed", query.user_id, query.filters)
