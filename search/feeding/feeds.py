"""Feeds: products for one visitor, without a query."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from core.answer import Page
from core.encoder import Vectors
from core.query import Query
from index.payload import GROUP, PHOTO_PRINT, point_id
from people import People, Visitor
from rank import Weights
from search.answering import Answering
from search.background import Background
from search.cursor import Cursor, query_digest
from search.feeding.placing import Placing, Ranked
from search.feeding.sources import Found, Sources
from search.folding import folded
from search.fusion import Candidate
from search.ordering import Ordered, Wanted
from search.rules import RuleBook, applied
from search.ruling import without_hidden
from search.scoring import (
    TOGETHER,
    Scores,
    is_new_to_people,
    shop_parts,
    taste_parts,
    together_part,
)
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
        ranked = self._ranked(visitor, found, wanted, cursor, chance)
        watch.lap("rank")
        placed = self._placing.placed(visitor, ranked, chance, query.limit)
        watch.lap("place")
        exclude = tuple(point_id(each) for each in visitor.hidden)
        ruled = applied(placed.candidates, plan, query.filters, self._index, exclude)
        fields = (GROUP, PHOTO_PRINT)
        rows = self._index.rows([each.id for each in ruled.candidates], fields)
        ordered = Ordered(
            ruled.candidates, rows, rules=ruled.rules, propensities=placed.propensities
        )
        return self._answering.page(wanted, cursor, ordered, (), watch)

    def _ranked(
        self,
        visitor: Visitor,
        found: Found,
        wanted: Wanted,
        cursor: Cursor,
        chance: Vectors | None,
    ) -> Ranked:
        """Return the products with their scores, best first, each thing once."""
        known = {each: one for each, one in found.known.items() if not cursor.has_shown(each)}
        several = list(known.values())
        expectation, tallies = self._people.expectations.of([e.product.id for e in several])
        parts = shop_parts(self._people, several, expectation, self._weights.feed)
        suits = taste_parts(self._people, visitor, several, chance)
        parts |= {name: self._weights.feed.affinity * part for name, part in suits.items()}
        if found.together:
            parts[TOGETHER] = self._weights.feed.together * together_part(several, found.together)
        candidates = _best_first(list(known), parts)
        filters = wanted.understood.filters
        candidates = without_hidden(candidates, wanted.plan, filters, self._index)
        rows = self._index.rows([each.id for each in candidates], (GROUP, PHOTO_PRINT))
        if not filters.group_id:
            candidates, _ = folded(candidates, rows)
        enough = self._weights.exploration.enough
        beliefs = zip(expectation.mean.tolist(), expectation.strength.tolist(), strict=True)
        little = {
            point: belief
            for point, belief, tally in zip(known, beliefs, tallies, strict=True)
            if is_new_to_people(tally, enough)
        }
        return Ranked(candidates, known, little)


def _best_first(points: Sequence[str], parts: Mapping[str, Scores]) -> list[Candidate]:
    rows = zip(*(part.tolist() for part in parts.values()), strict=True)
    several = [dict(zip(parts, row, strict=True)) for row in rows] if parts else [{}] * len(points)
    found = [
        Candidate(point, sum(some.values()), some)
        for point, some in zip(points, several, strict=True)
    ]
    return sorted(found, key=lambda each: (-each.score, each.id))


def identity(query: Query) -> str:
    """Return what a cursor remembers of its feed."""
    return query_digest("feed", query.user_id, query.filters)
