"""Query relaxation: filters are dropped when nothing passes them all, and the response says so."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.pipeline.query_relaxation import drop_filters, generate_relaxations
from shopwindow.values import Filters, Product, Query
from shopwindow.values.query import WHOLE_TEXT
from shopwindow.values.setting_groups import SearchSettings
from tests.search.paging import get_ids, iterate_pages

NEVER = datetime(2030, 1, 1, tzinfo=UTC)
ALL_FILTERS = Filters(
    category="Hats",
    brand="Nobody",
    merchant_id="m0",
    price_min=500,
    in_stock=True,
    attributes={"color": "red"},
    created_since=NEVER,
    group_id="g",
)
RELAXATION_ORDER = ("created_since", "attributes", "price", "in_stock", "brand", "category")


@pytest.fixture
def service(encoder: FakeEncoder) -> SearchService:
    """Nine products: mugs of m0 in three prices and brands, the others of m1."""
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        Product(
            f"p{n}",
            f"{('red', 'blue', 'green')[n % 3]} mug",
            price=10.0 * (n + 1),
            brand=f"Brand {n % 3}",
            category=("Home", "Mugs"),
            attributes={"color": ("red", "blue", "green")[n % 3]},
            merchant_id="m0" if n < 6 else "m1",
            in_stock=n % 2 == 0,
        )
        for n in range(9)
    )
    return SearchService(index)


def test_single_filters_are_dropped_before_several_and_the_least_telling_first() -> None:
    relaxations = list(generate_relaxations(ALL_FILTERS))
    assert relaxations[:6] == [(name,) for name in RELAXATION_ORDER]
    assert relaxations[6:] == [RELAXATION_ORDER[:n] for n in range(2, 7)]
    assert list(generate_relaxations(Filters(merchant_id="m", group_id="g"))) == []
    assert drop_filters(ALL_FILTERS, RELAXATION_ORDER) == Filters(merchant_id="m0", group_id="g")


@pytest.mark.parametrize("text", ["", "mug"])
@pytest.mark.parametrize(
    ("filters", "relaxed"),
    [
        ({"price_min": 500.0}, ("price",)),
        ({"price_max": 1.0, "brand": "Brand 1"}, ("price",)),
        ({"created_since": NEVER, "price_max": 30.0}, ("created_since",)),
        ({"brand": "Nobody", "category": "Mugs"}, ("brand",)),
        ({"attributes": {"color": "black"}, "category": "Hats"}, ("attributes", "category")),
        ({"brand": "Brand 0", "attributes": {"color": "blue"}}, ("attributes",)),
        ({"price_max": 10.0, "in_stock": False}, ("price",)),
        ({"price_min": 500.0, "category": "Hats"}, ("price", "category")),
    ],
)
def test_dropped_filters_are_named_and_the_others_still_apply(
    service: SearchService, text: str, filters: dict[str, Any], relaxed: tuple[str, ...]
) -> None:
    query = Query(text, filters=Filters(merchant_id="m0", **filters))
    page = service.search(query)
    assert page.relaxed == relaxed
    assert page.hits
    unfiltered = service.search(
        replace(query, filters=drop_filters(query.filters, relaxed), relax=False)
    )
    assert get_ids(page) == get_ids(unfiltered)
    assert all(hit.product.merchant_id == "m0" for hit in page.hits)
    strict = service.search(replace(query, relax=False))
    assert (strict.hits, strict.relaxed) == ((), ())


@pytest.mark.parametrize("text", ["", "mug"])
@pytest.mark.parametrize("never_dropped", [Filters(merchant_id="m9"), Filters(group_id="none")])
def test_merchant_and_group_filters_are_never_dropped(
    service: SearchService, text: str, never_dropped: Filters
) -> None:
    for filters in (
        never_dropped,
        replace(never_dropped, price_max=5, brand="Nobody", category="Hats"),
    ):
        page = service.search(Query(text, filters=filters))
        assert (page.hits, page.relaxed) == ((), ())


def test_no_filter_is_dropped_where_something_passes(service: SearchService) -> None:
    page = service.search(Query("mug", filters=Filters(price_max=10)))
    assert (get_ids(page), page.relaxed) == (["p0"], ())


def test_filters_parsed_from_the_text_are_dropped_first(service: SearchService) -> None:
    page = service.search(Query("mug under 15", filters=Filters(brand="Brand 1")))
    assert page.relaxed == ()
    assert {hit.product.brand for hit in page.hits} == {"Brand 1"}
    assert [
        (interpretation.kind, interpretation.is_filter) for interpretation in page.interpretations
    ][:1] == [("price", False)]
    both = service.search(Query("mug under 5", filters=Filters(brand="Nobody", price_min=3)))
    assert both.relaxed == ("brand",)
    assert len(both.hits) == 9
    strict = service.search(Query("mug under 5", filters=Filters(brand="Brand 1"), relax=False))
    assert strict.hits  # a price in the text is no filter of the query


@pytest.mark.parametrize("text", ["", "mug", "mug under 5"])
def test_all_pages_of_a_relaxed_search_drop_the_same_filters(
    service: SearchService, text: str
) -> None:
    query = Query(text, filters=Filters(merchant_id="m0", price_min=500), limit=2)
    responses = list(iterate_pages(service, query))
    assert [len(page.hits) for page in responses] == [2, 2, 2]
    assert {page.relaxed for page in responses} == {("price",)}
    joined = [product_id for page in responses for product_id in get_ids(page)]
    assert joined == get_ids(service.search(replace(query, limit=50)))
    assert sorted(joined) == [f"p{n}" for n in range(6)]


@pytest.mark.parametrize("text", ["", "mug", "mug under 5"])
def test_a_passing_product_added_between_pages_does_not_end_the_relaxation(
    service: SearchService, text: str
) -> None:
    query = Query(text, filters=Filters(price_min=500), limit=4)

    def between() -> None:
        service.index.add([Product("dear", "golden mug", price=900.0)])

    shown = [
        product_id
        for page in iterate_pages(service, query, between)
        for product_id in get_ids(page)
    ]
    assert {f"p{n}" for n in range(9)} <= set(shown)
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("text", ["", "mug"])
def test_a_last_page_that_became_empty_is_not_relaxed(service: SearchService, text: str) -> None:
    query = Query(text, filters=Filters(brand="Brand 1"), limit=2)
    first = service.search(query)
    service.index.delete([f"p{n}" for n in (1, 4, 7) if f"p{n}" not in get_ids(first)])
    last = service.search(replace(query, cursor=first.next_cursor))
    assert (last.hits, last.relaxed, last.next_cursor) == ((), (), "")


def test_facets_count_the_relaxed_results(service: SearchService) -> None:
    query = Query(filters=Filters(merchant_id="m0", price_min=500), facets=("brand", "price"))
    page = service.search(query)
    assert page.facets["brand"] == {"Brand 0": 2, "Brand 1": 2, "Brand 2": 2}
    assert sum(bucket.count for bucket in page.price_buckets) >= 6


def test_a_response_says_when_it_is_not_confident(shop: ProductIndex) -> None:
    by_vectors = SearchService(shop, SearchSettings(weight_lexical=0.01))
    relevant = SearchService(shop).search(Query("red dress number 0"))
    irrelevant = by_vectors.search(Query("zzyzx qwrtp", verbatim=(WHOLE_TEXT,)))
    assert relevant.is_confident
    assert irrelevant.hits
    assert not irrelevant.is_confident
    assert SearchService(shop).search(Query(filters=Filters(brand="Brand 1"))).is_confident
