"""From an order to a page: what is shown, counted and explained."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.field_rows import Rows
from index.payload import FACET_FIELDS, TEXT_HASH, document_words, from_payload, labelled
from index.product_index import ProductIndex
from index.store.points import Point
from search.browse_page import shelf_of
from search.cursor import Cursor
from search.pipeline.cutoff import SURE
from search.pipeline.reranking import Ordered, Wanted
from search.price_buckets import N_SAMPLED, counted_in, price_edges, price_ranges
from search.query.stems import surfaces_by_stem
from search.retrieval.fusion import Candidate
from search.rules.plan import Plan
from search.stopwatch import Stopwatch
from shopwindow.values.product import Product
from shopwindow.values.query import Query
from shopwindow.values.response import Hit, Page, PriceRange

PRICE = "price"
MAX_KNOWN_STEMS = 2_000
"""Products whose stems are kept, some 5 kB each."""

MAX_VALUES = 100
"""Values of a facet that are counted out."""


class Answering:
    """Makes the pages of answers.

    Args:
        index: Has the products.
    """

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._known_stems: dict[tuple[str, str], frozenset[str]] = {}

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
        rest = [each for each in ordered.candidates if not cursor.has_shown(each.id)]
        shown = rest[: query.limit]
        asked = surfaces_by_stem(understood.text, languages)
        hits = self._hits(shown, asked, ordered)
        following = cursor.following([each.id for each in shown])
        watch.lap("fetch")
        rows = self._rows(ordered)
        counts = {name: facet_of(rows, ids, name) for name in names}
        prices = prices_among(rows, ids) if PRICE in query.facets else ()
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

    def _rows(self, ordered: Ordered) -> Rows:
        """Return the rows of the candidates, those among them that rules brought in."""
        rows = ordered.rows
        new = [each.id for each in ordered.candidates if each.id not in rows.by_id]
        return rows.joined(self._index.rows(new, rows.fields)) if new else rows

    def _prices_of_all(self, query: Query) -> tuple[PriceRange, ...]:
        edges = price_edges(self._index.prices(query.filters, N_SAMPLED))
        return price_ranges(edges, self._index.counter_of_prices(query.filters))

    def _hits(
        self, shown: Sequence[Candidate], asked: Mapping[str, str], ordered: Ordered
    ) -> tuple[Hit, ...]:
        points = self._index.points([each.id for each in shown], ("product", TEXT_HASH))
        # A product may be deleted between retrieval and fetch; then it is left out.
        return tuple(
            self._hit(each, points[each.id], asked, ordered) for each in shown if each.id in points
        )

    def _hit(
        self, candidate: Candidate, point: Point, asked: Mapping[str, str], ordered: Ordered
    ) -> Hit:
        product = from_payload(point.payload)
        stems = self._stems(point.id, str(point.payload.get(TEXT_HASH)), product) if asked else ()
        matched = dict.fromkeys(surface for stem, surface in asked.items() if stem in stems)
        return Hit(
            product=product,
            score=candidate.score,
            parts=candidate.parts,
            matched_words=tuple(matched),
            n_variants=ordered.stands_for.get(candidate.id, 1),
            place_before=ordered.places.get(candidate.id, 0),
            rules=ordered.rules.get(candidate.id, ()),
            propensity=ordered.propensities.get(candidate.id),
        )

    def _stems(self, point: str, text_hash: str, product: Product) -> frozenset[str]:
        """Return the stems of a product's words; those that are shown often are kept."""
        key = (point, text_hash)
        stems = self._known_stems.get(key)
        if stems is None:
            stems = frozenset(word.stem for word in document_words(product))
            if len(self._known_stems) >= MAX_KNOWN_STEMS:
                self._known_stems.clear()
            self._known_stems[key] = stems
        return stems


def facet_of(rows: Rows, ids: Sequence[str], name: str) -> dict[str, int]:
    """Return how many of some points have each value of a facet, most frequent first."""
    return labelled(name, rows.tally(ids, FACET_FIELDS[name]), MAX_VALUES)


def prices_among(rows: Rows, ids: Sequence[str]) -> tuple[PriceRange, ...]:
    """Return ranges of the prices of some points."""
    known = rows.first(PRICE)
    prices = [float(known[each]) for each in ids if each in known]
    return price_ranges(price_edges(prices), counted_in(prices))


def address_of(plan: Plan) -> str:
    """Return where the rules send who searches this; empty when they do not."""
    return plan.redirect.action.address if plan.redirect else ""
