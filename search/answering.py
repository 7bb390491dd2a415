"""From an order to a page: what is shown, counted and explained."""

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from core.answer import Hit, Page, PriceRange
from core.query import Query
from index.payload import document_words, from_payload
from index.points import Point
from index.product_index import ProductIndex
from search.cursor import Cursor
from search.cutoff import SURE
from search.fusion import Candidate
from search.ordering import Ordered, Wanted
from search.price_ranges import N_SAMPLED, counted_in, price_edges, price_ranges
from search.rules.plan import Plan
from search.shelf import shelf_of
from search.stopwatch import Stopwatch
from search.understanding.stems import surfaces_by_stem

PRICE = "price"


class Answering:
    """Makes the pages of answers.

    Args:
        index: Has the products.
        threads: Count facets while the hits are put together.
    """

    def __init__(self, index: ProductIndex, threads: Executor) -> None:
        self._index = index
        self._threads = threads

    def page(
        self,
        wanted: Wanted,
        cursor: Cursor,
        ordered: Ordered,
        languages: Sequence[str],
        watch: Stopwatch,
    ) -> Page:
        """Return the page of an order that begins where the page before ended.

        Args:
            wanted: The query and what it says.
            cursor: Where the page before ended.
            ordered: The order.
            languages: Those of the catalogue that have stemmers of their own.
            watch: Takes the time of each step.
        """
        query, understood = wanted.query, wanted.understood
        ids = [each.id for each in ordered.candidates]
        names = [name for name in query.facets if name != PRICE]
        counting = self._threads.submit(self._index.facets_among, ids, names)
        rest = [each for each in ordered.candidates if not cursor.has_shown(each.id)]
        shown = rest[: query.limit]
        asked = surfaces_by_stem(understood.text, languages)
        hits = self._hits(shown, asked, ordered)
        following = cursor.following([each.id for each in shown])
        watch.lap("fetch")
        counts = counting.result()
        prices = self._prices_among(ids) if PRICE in query.facets else ()
        watch.lap("facets")
        return Page(
            hits=hits,
            query_id=uuid.uuid4().hex,
            next_cursor=following.encode() if len(rest) > len(shown) else "",
            facets=counts,
            facets_over="candidates",
            took_ms=watch.laps,
            readings=understood.readings,
            prices=prices,
            n_cut=ordered.n_cut,
            n_folded=ordered.n_folded,
            is_sure=ordered.best >= SURE or not understood.text or bool(query.photos),
            rules=wanted.plan.rules,
            redirect=address_of(wanted.plan),
        )

    def browsed(self, wanted: Wanted, cursor: Cursor, watch: Stopwatch) -> Page:
        """Return the page of everything that passes the filters."""
        query = replace(wanted.query, filters=wanted.understood.filters)
        shelf = shelf_of(self._index, wanted, cursor, is_first=not query.cursor)
        watch.lap("retrieve")
        names = [name for name in query.facets if name != PRICE]
        facets = {name: self._index.facet(name, query.filters) for name in names}
        prices = self._prices_of_all(query) if PRICE in query.facets else ()
        watch.lap("facets")
        return Page(
            hits=tuple(
                Hit(from_payload(point.payload), 0.0, {}, rules=shelf.rules.get(point.id, ()))
                for point in shelf.points
            ),
            query_id=uuid.uuid4().hex,
            next_cursor=shelf.following.encode() if shelf.following else "",
            facets=facets,
            facets_over="catalogue",
            took_ms=watch.laps,
            readings=wanted.understood.readings,
            prices=prices,
            rules=wanted.plan.rules,
            redirect=address_of(wanted.plan),
        )

    def _prices_among(self, ids: Sequence[str]) -> tuple[PriceRange, ...]:
        found = self._index.values(ids, (PRICE,))[PRICE]
        prices = [float(price) for price in found.values()]
        return price_ranges(price_edges(prices), counted_in(prices))

    def _prices_of_all(self, query: Query) -> tuple[PriceRange, ...]:
        points, _ = self._index.browse(query.filters, limit=N_SAMPLED)
        prices = [float(each.payload[PRICE]) for each in points if PRICE in each.payload]
        count = self._index.counter_of_prices(query.filters)
        return price_ranges(price_edges(prices), count)

    def _hits(
        self, shown: Sequence[Candidate], asked: Mapping[str, str], ordered: Ordered
    ) -> tuple[Hit, ...]:
        points = self._index.points([each.id for each in shown], ("product",))
        # A product may be deleted between retrieval and fetch; then it is left out.
        return tuple(
            _hit(each, points[each.id], asked, ordered) for each in shown if each.id in points
        )


def address_of(plan: Plan) -> str:
    """Return where the rules send who searches this; empty when they do not."""
    return plan.redirect.action.address if plan.redirect else ""


def _hit(candidate: Candidate, point: Point, asked: Mapping[str, str], ordered: Ordered) -> Hit:
    product = from_payload(point.payload)
    stems = {word.stem for word in document_words(product)} if asked else set()
    matched = dict.fromkeys(surface for stem, surface in asked.items() if stem in stems)
    return Hit(
        product=product,
        score=candidate.score,
        parts=candidate.parts,
        matched_words=tuple(matched),
        n_variants=ordered.stands_for.get(candidate.id, 1),
        place_before=ordered.places.get(candidate.id, 0),
        rules=ordered.rules.get(candidate.id, ()),
    )
