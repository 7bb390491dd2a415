"""Price buckets: round edges, and counts that equal what a filter leaves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ProductIndex
from search import SearchService
from search.price_buckets import (
    N_PRICE_BUCKETS,
    build_price_buckets,
    compute_bucket_edges,
    make_price_counter,
)
from shopwindow.values import Filters, Query
from shopwindow.values.setting_groups import SearchSettings

PRICES = st.lists(st.floats(0, 1e5).map(lambda price: round(price, 2)), max_size=60)


@given(PRICES)
def test_edges_are_round_ascending_and_inside_the_range(prices: list[float]) -> None:
    edges = compute_bucket_edges(prices)
    assert edges == sorted(set(edges))
    assert len(edges) < N_PRICE_BUCKETS
    assert all(min(prices) < edge < max(prices) for edge in edges)
    assert all(float(f"{edge:.2g}") == edge for edge in edges)


@given(PRICES)
def test_buckets_cover_every_price(prices: list[float]) -> None:
    buckets = build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices))
    assert all(bucket.count > 0 for bucket in buckets)
    if buckets:
        assert sum(bucket.count for bucket in buckets) >= len(prices)
        assert (buckets[0].low, buckets[-1].high) == (None, None)


@pytest.mark.parametrize("prices", [[], [5.0], [5.0] * 9, [0.0] * 3])
def test_equal_prices_have_no_buckets(prices: list[float]) -> None:
    assert build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices)) == ()


def test_edges_of_small_prices_print_short() -> None:
    edges = compute_bucket_edges([0.1 * n for n in range(1, 11)])
    assert [str(edge) for edge in edges] == ["0.3", "0.5", "0.6", "0.8"]


FILTERS = [Filters(), Filters(price_min=30, price_max=150), Filters(merchant_id="m1")]


@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("filters", FILTERS)
def test_bucket_counts_equal_the_filtered_counts(
    service: SearchService, text: str, filters: Filters
) -> None:
    page = service.search(Query(text, filters=filters, facets=("price",), limit=1))
    assert len(page.price_buckets) > 1
    for bucket in page.price_buckets:
        low = max(bucket.low or 0.0, filters.price_min or 0.0)
        high = min(bucket.high or 1e9, filters.price_max or 1e9)
        assert service.index.count(replace(filters, price_min=low, price_max=high)) == bucket.count
    assert service.search(Query(text, facets=("brand",))).price_buckets == ()


def test_search_counts_prices_of_its_candidates(shop: ProductIndex) -> None:
    service = SearchService(shop, SearchSettings(weight_text=0, weight_text_image=0))
    query = Query("dress", facets=("price",), limit=100)
    page = service.search(query)
    prices = [hit.product.price or 0.0 for hit in page.hits]
    assert 0 < len(prices) < 24
    for bucket in page.price_buckets:
        low, high = bucket.low or 0.0, bucket.high or 1e9
        assert bucket.count == sum(low <= price <= high for price in prices)
