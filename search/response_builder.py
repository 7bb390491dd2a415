"""From an order to a page: what is shown, counted and explained."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.field_rows import FieldRows
from index.payload import (
    FACET_FIELDS,
    TEXT_DIGEST,
    from_payload,
    label_facet_counts,
    tokenize_product,
)
from index.product_index import ProductIndex
from index.store.points import Point
from search.browse_page import build_browse_page
from search.cursor import Cursor
from search.pipeline.cutoff import MIN_CONFIDENT_SCORE
from search.pipeline.reranking import RankedList, RankingContext
from search.price_buckets import (
    PRICE_SAMPLE_SIZE,
    build_price_buckets,
    compute_bucket_edges,
    make_price_counter,
)
from search.query.stems import map_stems_to_surfaces
from search.retrieval.fusion import Candidate
from search.rules.plan import RulePlan
from search.stopwatch import Stopwatch
from shopwindow.values.product import Product
from shopwindow.values.query import Query
from shopwindow.values.response import Hit, PriceBucket, SearchResponse

PRICE = "price"
MAX_CACHED_STEMS = 2_000
"""Products whose stems are kept, some 5 kB each."""

MAX_FACET_VALUES = 100
"""Values of a facet that are counted out."""


class ResponseBuilder:
    """Makes the pages of answers.

    Args:
        index: Has the products.
    """

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._known_stems: dict[tuple[str, str], frozenset[str]] = {}

    def build(
        self,
        context: RankingContext,
        cursor: Cursor,
        ranked: RankedList,
        languages: Sequence[str],
        watch: Stopwatch,
    ) -> SearchResponse:
        """Return the page of an order that begins where the page before ended.

        Args:
            context: The query and what it says.
            cursor: Where the page before ended.
            ranked: The order.
            languages: Those of the catalogue that have stemmers of their own.
            watch: Takes the time of each step.
        """
        query, understood = context.query, context.parsed
        ids = [each.id for each in ranked.candidates]
        names = [name for name in query.facets if name != PRICE]
        rest = [each for each in ranked.candidates if not cursor.has_shown(each.id)]
        shown = rest[: query.limit]
        asked = map_stems_to_surfaces(understood.text, languages)
        hits = self._hits(shown, asked, ranked)
        following = cursor.advance([each.id for each in shown])
        watch.lap("fetch")
        rows = self._rows(ranked)
        counts = {name: count_facet(rows, ids, name) for name in names}
        prices = bucket_prices(rows, ids) if PRICE in query.facets else ()
        watch.lap("facets")
        return SearchResponse(
            hits=hits,
            query_id=uuid.uuid4().hex,
            next_cursor=following.encode() if len(rest) > len(shown) else "",
            facets=counts,
            facet_scope="candidates",
            took_ms=watch.laps,
            interpretations=understood.interpretations,
            price_buckets=prices,
            n_below_cutoff=ranked.n_below_cutoff,
            n_collapsed=ranked.n_collapsed,
            is_confident=ranked.top_score >= MIN_CONFIDENT_SCORE
            or not understood.text
            or bool(query.images),
            rules=context.plan.rule_names,
            redirect=get_redirect_url(context.plan),
        )

    def build_browse(
        self, context: RankingContext, cursor: Cursor, watch: Stopwatch
    ) -> SearchResponse:
        """Return the page of everything that passes the filters."""
        query = replace(context.query, filters=context.parsed.filters)
        shelf = build_browse_page(self._index, context, cursor, is_first=not query.cursor)
        watch.lap("retrieve")
        names = [name for name in query.facets if name != PRICE]
        facets = {name: self._index.facet(name, query.filters) for name in names}
        prices = self._prices_of_all(query) if PRICE in query.facets else ()
        watch.lap("facets")
        return SearchResponse(
            hits=tuple(
                Hit(from_payload(point.payload), 0.0, {}, rules=shelf.rules.get(point.id, ()))
                for point in shelf.points
            ),
            query_id=uuid.uuid4().hex,
            next_cursor=shelf.next_cursor.encode() if shelf.next_cursor else "",
            facets=facets,
            facet_scope="catalog",
            took_ms=watch.laps,
            interpretations=context.parsed.interpretations,
            price_buckets=prices,
            rules=context.plan.rule_names,
            redirect=get_redirect_url(context.plan),
        )

    def _rows(self, ordered: RankedList) -> FieldRows:
        """Return the rows of the candidates, those among them that rules brought in."""
        rows = ordered.rows
        new = [each.id for each in ordered.candidates if each.id not in rows.by_id]
        return rows.merge(self._index.fetch_rows(new, rows.fields)) if new else rows

    def _prices_of_all(self, query: Query) -> tuple[PriceBucket, ...]:
        edges = compute_bucket_edges(self._index.sample_prices(query.filters, PRICE_SAMPLE_SIZE))
        return build_price_buckets(edges, self._index.make_price_counter(query.filters))

    def _hits(
        self, shown: Sequence[Candidate], asked: Mapping[str, str], ordered: RankedList
    ) -> tuple[Hit, ...]:
        points = self._index.get_points([each.id for each in shown], ("product", TEXT_DIGEST))
        # A product may be deleted between retrieval and fetch; then it is left out.
        return tuple(
            self._hit(each, points[each.id], asked, ordered) for each in shown if each.id in points
        )

    def _hit(
        self, candidate: Candidate, point: Point, asked: Mapping[str, str], ordered: RankedList
    ) -> Hit:
        product = from_payload(point.payload)
        stems = self._stems(point.id, str(point.payload.get(TEXT_DIGEST)), product) if asked else ()
        matched = dict.fromkeys(surface for stem, surface in asked.items() if stem in stems)
        return Hit(
            product=product,
            score=candidate.score,
            contributions=candidate.contributions,
            matched_words=tuple(matched),
            n_variants=ordered.variant_counts.get(candidate.id, 1),
            retrieval_rank=ordered.retrieval_ranks.get(candidate.id, 0),
            rules=ordered.rules.get(candidate.id, ()),
            propensity=ordered.propensities.get(candidate.id),
        )

    def _stems(self, point: str, text_hash: str, product: Product) -> frozenset[str]:
        """Return the stems of a product's words; those that are shown often are kept."""
        key = (point, text_hash)
        stems = self._known_stems.get(key)
        if stems is None:
            stems = frozenset(word.stem for word in tokenize_product(product))
            if len(self._known_stems) >= MAX_CACHED_STEMS:
                self._known_stems.clear()
            self._known_stems[key] = stems
        return stems


def count_facet(rows: FieldRows, ids: Sequence[str], name: str) -> dict[str, int]:
    """Return how many of some points have each value of a facet, most frequent first."""
    return label_facet_counts(name, rows.count_values(ids, FACET_FIELDS[name]), MAX_FACET_VALUES)


def bucket_prices(rows: FieldRows, ids: Sequence[str]) -> tuple[PriceBucket, ...]:
    """Return ranges of the prices of some points."""
    known = rows.first_values(PRICE)
    prices = [float(known[each]) for each in ids if each in known]
    return build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices))


def get_redirect_url(plan: RulePlan) -> str:
    """Return where the rules send who searches this; empty when they do not."""
    return plan.redirect.action.address if plan.redirect else ""
