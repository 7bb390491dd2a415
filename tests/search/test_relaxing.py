"""Filters are given up one after the other when nothing passes them all, and the answer says so."""

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
from shopwindow.values.settings import SearchSettings
from tests.search.paging import ids, pages

NEVER = datetime(2030, 1, 1, tzinfo=UTC)
EVERY = Filters(
    category="Hats",
    brand="Nobody",
    merchant_id="m0",
    price_min=500,
    in_stock=True,
    attributes={"color": "red"},
    created_since=NEVER,
    group_id="g",
)
FROM_LEAST_TO_MOST = ("created_since", "attributes", "price", "in_stock", "brand", "category")


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


def test_one_is_given_up_before_several_and_the_least_first() -> None:
    found = list(generate_relaxations(EVERY))
    assert found[:6] == [(name,) for name in FROM_LEAST_TO_MOST]
    assert found[6:] == [FROM_LEAST_TO_MOST[:n] for n in range(2, 7)]
    assert list(generate_relaxations(Filters(merchant_id="m", group_id="g"))) == []
    assert drop_filters(EVERY, FROM_LEAST_TO_MOST) == Filters(merchant_id="m0", group_id="g")


@pytest.mark.parametrize("text", ["", "mug"])
@pytest.mark.parametrize(
    ("given", "relaxed"),
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
def test_what_is_given_up_is_told_and_the_rest_holds(
    service: SearchService, text: str, given: dict[str, Any], relaxed: tuple[str, ...]
) -> None:
    query = Query(text, filters=Filters(merchant_id="m0", **given))
    page = service.search(query)
    assert page.relaxed == relaxed
    assert page.hits
    left = service.search(replace(query, filters=drop_filters(query.filters, relaxed), relax=False))
    assert ids(page) == ids(left)
    assert all(hit.product.merchant_id == "m0" for hit in page.hits)
    strict = service.search(replace(query, relax=False))
    assert (strict.hits, strict.relaxed) == ((), ())


@pytest.mark.parametrize("text", ["", "mug"])
@pytest.mark.parametrize("only", [Filters(merchant_id="m9"), Filters(group_id="none")])
def test_merchants_and_groups_are_never_given_up(
    service: SearchService, text: str, only: Filters
) -> None:
    for filters in (only, replace(only, price_max=5, brand="Nobody", category="Hats")):
        page = service.search(Query(text, filters=filters))
        assert (page.hits, page.relaxed) == ((), ())


def test_nothing_is_given_up_where_something_passes(service: SearchService) -> None:
    page = service.search(Query("mug", filters=Filters(price_max=10)))
    assert (ids(page), page.relaxed) == (["p0"], ())


def test_what_the_words_named_is_given_up_first(service: SearchService) -> None:
    page = service.search(Query("mug under 15", filters=Filters(brand="Brand 1")))
    assert page.relaxed == ()
    assert {hit.product.brand for hit in page.hits} == {"Brand 1"}
    assert [(each.kind, each.is_filter) for each in page.interpretations][:1] == [("price", False)]
    both = service.search(Query("mug under 5", filters=Filters(brand="Nobody", price_min=3)))
    assert both.relaxed == ("brand",)
    assert len(both.hits) == 9
    strict = service.search(Query("mug under 5", filters=Filters(brand="Brand 1"), relax=False))
    assert strict.hits  # the words' own price is no filter of the query


@pytest.mark.parametrize("text", ["", "mug", "mug under 5"])
def test_the_pages_of_a_relaxed_answer_go_on(service: SearchService, text: str) -> None:
    query = Query(text, filters=Filters(merchant_id="m0", price_min=500), limit=2)
    found = list(pages(service, query))
    assert [len(page.hits) for page in found] == [2, 2, 2]
    assert {page.relaxed for page in found} == {("price",)}
    joined = [each for page in found for each in ids(page)]
    assert joined == ids(service.search(replace(query, limit=50)))
    assert sorted(joined) == [f"p{n}" for n in range(6)]


@pytest.mark.parametrize("text", ["", "mug", "mug under 5"])
def test_a_product_that_passes_and_comes_later_does_not_turn_the_pages(
    service: SearchService, text: str
) -> None:
    query = Query(text, filters=Filters(price_min=500), limit=4)

    def between() -> None:
        service.index.add([Product("dear", "golden mug", price=900.0)])

    found = [each for page in pages(service, query, between) for each in ids(page)]
    assert {f"p{n}" for n in range(9)} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("text", ["", "mug"])
def test_a_last_page_that_became_empty_gives_nothing_up(service: SearchService, text: str) -> None:
    query = Query(text, filters=Filters(brand="Brand 1"), limit=2)
    first = service.search(query)
    service.index.delete([f"p{n}" for n in (1, 4, 7) if f"p{n}" not in ids(first)])
    last = service.search(replace(query, cursor=first.next_cursor))
    assert (last.hits, last.relaxed, last.next_cursor) == ((), (), "")


def test_facets_and_prices_are_those_of_what_is_left(service: SearchService) -> None:
    query = Query(filters=Filters(merchant_id="m0", price_min=500), facets=("brand", "price"))
    page = service.search(query)
    assert page.facets["brand"] == {"Brand 0": 2, "Brand 1": 2, "Brand 2": 2}
    assert sum(each.count for each in page.price_buckets) >= 6


def test_an_answer_says_when_nothing_was_really_found(shop: ProductIndex) -> None:
    by_vectors = SearchService(shop, SearchSettings(weight_lexical=0.01))
    found = SearchService(shop).search(Query("red dress number 0"))
    foreign = by_vectors.search(Query("zzyzx qwrtp", verbatim=(WHOLE_TEXT,)))
    assert found.is_confident
    assert foreign.hits
    assert not foreign.is_confident
    assert SearchService(shop).search(Query(filters=Filters(brand="Brand 1"))).is_confident
