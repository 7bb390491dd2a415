"""Builds responses from ranked candidates: hits, facets, price buckets, explanations."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from index import FACET_FIELDS, FieldRows, ProductIndex, label_facet_counts
from search.browse_page import build_browse_page
from search.cursor import Cursor
from search.matched_photos import name_matched_images
from search.pipeline.cutoff import MIN_CONFIDENT_SCORE
from search.pipeline.state import RankingContext, RankingState
from search.price_buckets import (
    PRICE_SAMPLE_SIZE,
    build_price_buckets,
    compute_bucket_edges,
    make_price_counter,
)
from search.query.stems import map_stems_to_surfaces
from search.rules.plan import RulePlan
from search.shown_products import ShownProduct, ShownProducts
from search.stopwatch import Stopwatch
from shopwindow.ranking import CandidateSet
from shopwindow.values import Filters, Hit, PriceBucket, Query, SearchResponse

PRICE = "price"
MAX_FACET_VALUES = 100
"""Values of a facet that are returned, the most frequent ones."""


class ResponseBuilder:
    """Builds search and browse responses. Safe to call from several threads.

    Args:
        index: Has the products.
    """

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._shown_products = ShownProducts(index)

    def build(self, ranked: RankingState, cursor: Cursor, watch: Stopwatch) -> SearchResponse:
        """Return the response with the first ranked candidates that no earlier page showed.

        Args:
            ranked: The candidates in their final order.
            cursor: Where the previous page ended.
            watch: Times each step.
        """
        context = ranked.context
        query, parsed = context.query, context.parsed
        product_ids = ranked.candidates.ids
        remaining = [
            n for n, product_id in enumerate(product_ids) if not cursor.has_shown(product_id)
        ]
        page = ranked.candidates.take(remaining[: query.limit])
        query_stems = map_stems_to_surfaces(parsed.text, context.snapshot.languages)
        hits = self._build_hits(page, query_stems, ranked)
        next_cursor = cursor.advance(page.ids)
        watch.lap("fetch")
        rows = self._fetch_rows(ranked) if query.facets else ranked.rows
        facet_names = [name for name in query.facets if name != PRICE]
        facets = {name: count_facet(rows, product_ids, name) for name in facet_names}
        price_buckets = (
            bucket_prices(self._index.prices.read_prices(rows), product_ids)
            if PRICE in query.facets
            else ()
        )
        watch.lap("facets")
        return SearchResponse(
            hits=hits,
            query_id=uuid.uuid4().hex,
            next_cursor=next_cursor.encode() if len(remaining) > len(page) else "",
            facets=facets,
            facet_scope="candidates",
            took_ms=watch.laps,
            interpretations=parsed.interpretations,
            price_buckets=price_buckets,
            n_below_cutoff=ranked.n_below_cutoff,
            n_collapsed=ranked.n_collapsed,
            n_without_rate=self._count_without_rate(query, parsed.filters),
            price_currency=self._index.prices.base,
            is_confident=ranked.top_score >= MIN_CONFIDENT_SCORE
            or not parsed.text
            or bool(query.images),
            rules=context.plan.rule_names,
            redirect=get_redirect_url(context.plan),
        )

    def build_browse(
        self, context: RankingContext, cursor: Cursor, watch: Stopwatch
    ) -> SearchResponse:
        """Return the response without text or photos: everything that passes the filters.

        Args:
            context: The query and its interpretation.
            cursor: Where the previous page ended.
            watch: Times each step.
        """
        query = replace(context.query, filters=context.parsed.filters)
        page = build_browse_page(self._index, context, cursor, is_first=not query.cursor)
        watch.lap("retrieve")
        facet_names = [name for name in query.facets if name != PRICE]
        facets = {name: self._index.facet(name, query.filters) for name in facet_names}
        price_buckets = self._bucket_all_prices(query) if PRICE in query.facets else ()
        watch.lap("facets")
        return SearchResponse(
            hits=tuple(
                Hit(entry.product, 0.0, {}, rules=page.rules.get(entry.id, ()))
                for entry in page.entries
            ),
            query_id=uuid.uuid4().hex,
            next_cursor=page.next_cursor.encode() if page.next_cursor else "",
            facets=facets,
            facet_scope="catalog",
            took_ms=watch.laps,
            interpretations=context.parsed.interpretations,
            price_buckets=price_buckets,
            n_without_rate=self._count_without_rate(query, query.filters),
            price_currency=self._index.prices.base,
            rules=context.plan.rule_names,
            redirect=get_redirect_url(context.plan),
        )

    def _count_without_rate(self, query: Query, filters: Filters) -> int:
        """Return how many products no price filter or order can place; 0 without either."""
        has_prices = filters.price_min is not None or filters.price_max is not None
        if not has_prices and query.sort not in {"price_asc", "price_desc"}:
            return 0
        return self._index.price_counts.count_without_rate(filters)

    def _fetch_rows(self, ranked: RankingState) -> FieldRows:
        """Return the rows of all candidates, including those that rules added."""
        rows = ranked.rows
        missing = [p for p in ranked.candidates.ids if p not in rows.by_id]
        return rows.merge(self._index.fetch_rows(missing, rows.fields)) if missing else rows

    def _bucket_all_prices(self, query: Query) -> tuple[PriceBucket, ...]:
        counts = self._index.price_counts
        edges = compute_bucket_edges(counts.sample(query.filters, PRICE_SAMPLE_SIZE))
        return build_price_buckets(edges, counts.make_counter(query.filters))

    def _build_hits(
        self, page: CandidateSet, query_stems: Mapping[str, str], ranked: RankingState
    ) -> tuple[Hit, ...]:
        products, now = self._shown_products.get_many(page.ids), datetime.now(UTC)
        # A product may be deleted between retrieval and fetch; then it is left out.
        hits = [
            _build_hit(page, number, products[product_id], query_stems, ranked, now)
            for number, product_id in enumerate(page.ids)
            if product_id in products
        ]
        return name_matched_images(self._index, hits, ranked.photo_vector)


def _build_hit(
    page: CandidateSet,
    number: int,
    shown: ShownProduct,
    query_stems: Mapping[str, str],
    ranked: RankingState,
    now: datetime,
) -> Hit:
    product_id, stems = page.ids[number], shown.stems if query_stems else ()
    matched = dict.fromkeys(surface for stem, surface in query_stems.items() if stem in stems)
    return Hit(
        product=shown.product.price_at(now),
        score=float(page.scores[number]),
        contributions=page.explain(number),
        matched_words=tuple(matched),
        n_variants=ranked.variant_counts.get(product_id, 1),
        retrieval_rank=ranked.retrieval_ranks.get(product_id, 0),
        rules=ranked.rules.get(product_id, ()),
        propensity=ranked.propensities.get(product_id),
    )


def count_facet(rows: FieldRows, product_ids: Sequence[str], name: str) -> dict[str, int]:
    """Return how many products have each value of a facet, most frequent first."""
    counts = rows.count_values(product_ids, FACET_FIELDS[name])
    return label_facet_counts(name, counts, MAX_FACET_VALUES)


def bucket_prices(
    price_by_id: Mapping[str, float], product_ids: Sequence[str]
) -> tuple[PriceBucket, ...]:
    """Return price buckets of some products; those without a price do not count."""
    prices = [price_by_id[product_id] for product_id in product_ids if product_id in price_by_id]
    return build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices))


def get_redirect_url(plan: RulePlan) -> str:
    """Return the address that the rules redirect to; empty when they do not redirect."""
    return plan.redirect.action.address if plan.redirect else ""
