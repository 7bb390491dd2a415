"""Answers by price, date and popularity: when searching, when browsing, in every store."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embed import FakeEncoder
from index import ProductIndex
from index.store.server import ServerStore
from search import SearchService
from search.cursor import Cursor
from shopwindow.values import Filters, Product, Query
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import SORTS, Sort
from tests.conftest import WHOLE
from tests.search.paging import ids, joined, pages, whole

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]

BY_VALUE: tuple[Sort, ...] = tuple(each for each in get_args(Sort) if each != "relevance")
SOLD = (3.0, None, 40.0, 3.0, 0.0)
PRICES = (19.99, 5.0, None, 19.99, 120.0, 5.0, 0.0)


def product(number: int) -> Product:
    return Product(
        f"p{number}",
        f"{('red', 'blue')[number % 2]} mug number {number}",
        price=PRICES[number % len(PRICES)],
        popularity=SOLD[number % len(SOLD)],
        created_at=None if number % 6 == 1 else datetime(2025, 1 + number % 4, 3, tzinfo=UTC),
        merchant_id=f"m{number % 2}",
    )


MUGS = [product(number) for number in range(35)]


def value(each: Product, sort: Sort) -> float | None:
    created = each.created_at.timestamp() if each.created_at else None
    return {"newest": created, "popular": each.popularity}.get(sort, each.price)


def check_order(found: Sequence[Product], sort: Sort) -> None:
    values = [value(each, sort) for each in found]
    having = [each for each in values if each is not None]
    assert having == sorted(having, reverse=sort != "price_asc")
    assert values[len(having) :] == [None] * (len(values) - len(having))


@pytest.fixture(scope="module", params=["exact", "edge", "server"])
def mugs(
    request: pytest.FixtureRequest, encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchService]:
    """A shop of mugs in each store, to be read only."""
    with opened(request.param, encoder, tmp_path_factory.mktemp("mugs")) as index:
        index.add(MUGS)
        yield SearchService(index, WHOLE)


def opened(kind: str, encoder: FakeEncoder, folder: Path) -> ProductIndex:
    if kind == "server":
        return ProductIndex(ServerStore.in_memory(), encoder)
    return ProductIndex.open(":memory:" if kind == "exact" else folder / "index", encoder)


@pytest.mark.parametrize("sort", BY_VALUE)
@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("filters", [Filters(), Filters(merchant_id="m1", price_min=5)])
def test_the_order_is_the_values_and_what_lacks_them_comes_last(
    mugs: SearchService, sort: Sort, text: str, filters: Filters
) -> None:
    query = Query(text, filters=filters, sort=sort, limit=100)
    found = [hit.product for hit in mugs.search(query).hits]
    check_order(found, sort)
    expected = {p.id for p in MUGS if not filters.merchant_id or p.merchant_id == "m1"}
    if filters.price_min is not None:
        expected &= {p.id for p in MUGS if p.price is not None and p.price >= 5}
    assert sorted(each.id for each in found) == sorted(expected)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("limit", [1, 4, 6])
def test_pages_joined_equal_one_long_page(
    mugs: SearchService, sort: Sort, text: str, limit: int
) -> None:
    query = Query(text, sort=sort, limit=limit)
    assert joined(mugs, query) == whole(mugs, query)
    assert len(whole(mugs, query)) == len(MUGS)


@pytest.mark.parametrize("sort", BY_VALUE)
def test_equal_values_stand_by_relevance(mugs: SearchService, sort: Sort) -> None:
    query = Query("red mug", limit=100)
    places = {each: place for place, each in enumerate(whole(mugs, query))}
    hits = mugs.search(replace(query, sort=sort)).hits
    for before, after in pairwise(hits):
        if value(before.product, sort) == value(after.product, sort):
            assert places[before.product.id] < places[after.product.id]
    assert [hit.retrieval_rank - 1 for hit in hits] != sorted(places.values())
    assert {hit.product.id: hit.score for hit in hits} == {
        hit.product.id: hit.score for hit in mugs.search(query).hits
    }


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(InvalidQueryError, match="sort: expected one of relevance, price_low"):
        Query(sort="cheapest")  # type: ignore[arg-type]


def test_a_cursor_belongs_to_its_order(mugs: SearchService) -> None:
    for text in ("", "red mug"):
        query = Query(text, sort="price_asc", limit=3)
        cursor = mugs.search(query).next_cursor
        with pytest.raises(InvalidQueryError, match="of the same query"):
            mugs.search(replace(query, sort="price_desc", cursor=cursor))


def test_a_cursor_that_somebody_made_up_is_refused(mugs: SearchService) -> None:
    query = Query(sort="price_asc", limit=3)
    real = mugs.search(query).next_cursor
    digest = Cursor.decode(real, _digest_of(real)).query_digest
    for cursor in (Cursor(digest, after="=dear"), Cursor(digest, relaxed=("merchant_id",))):
        with pytest.raises(InvalidQueryError, match="cursor: expected the `next_cursor`"):
            mugs.search(replace(query, cursor=cursor.encode()))


def _digest_of(cursor: str) -> str:
    with pytest.raises(InvalidQueryError, match="of the same query"):
        Cursor.decode(cursor, "")
    data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return str(json.loads(data.partition(b"\0")[0])[0])


@pytest.mark.parametrize("sort", BY_VALUE)
def test_the_cheapest_of_a_group_is_shown(encoder: FakeEncoder, sort: Sort) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add([replace(each, group_id=f"g{n % 5}") for n, each in enumerate(MUGS)])
    service = SearchService(index, WHOLE)
    query = Query("red mug", sort=sort, limit=100)
    page = service.search(query)
    every = [hit.product for hit in service.search(replace(query, collapse=False)).hits]
    assert len(every) == len(MUGS)
    first = {each.group_id: each.id for each in reversed(every)}
    assert ids(page) == [each.id for each in every if first[each.group_id] == each.id]
    assert page.n_collapsed == len(MUGS) - 5


NUMBERS = st.integers(0, 60)
CHANGES = st.lists(st.tuples(st.booleans(), NUMBERS), max_size=6)


@given(
    st.sets(NUMBERS, min_size=1, max_size=30),
    st.lists(CHANGES, max_size=12),
    st.sampled_from(SORTS),
    st.sampled_from(["", "red mug"]),
    st.integers(1, 5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_comes_and_goes_between_pages_neither_repeats_nor_hides(
    encoder: FakeEncoder,
    first: set[int],
    changes: list[list[tuple[bool, int]]],
    sort: Sort,
    text: str,
    limit: int,
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add([product(number) for number in first])
    service = SearchService(index, WHOLE)
    always = set(first)
    waiting = list(changes)

    def between() -> None:
        for comes, number in waiting.pop(0) if waiting else ():
            if comes:
                index.add([product(number)])
            else:
                index.delete([f"p{number}"])
                always.discard(number)

    query = Query(text, sort=sort, limit=limit)
    found = [each for page in pages(service, query, between) for each in ids(page)]
    assert {f"p{number}" for number in always} <= set(found)
    assert _no_repeats(found, changes)


def _no_repeats(found: list[str], changes: list[list[tuple[bool, int]]]) -> bool:
    """A product that was deleted and came again is another one."""
    again = {f"p{number}" for some in changes for comes, number in some if not comes}
    once = [each for each in found if each not in again]
    return len(once) == len(set(once))


@pytest.mark.parametrize("kind", ["edge", "server"])
@pytest.mark.parametrize("sort", ["price_asc", "price_desc"])
def test_engines_page_on_while_products_come_and_go(
    kind: str, sort: Sort, encoder: FakeEncoder, tmp_path: Path
) -> None:
    with opened(kind, encoder, tmp_path) as index:
        index.add(MUGS[:20])
        number = iter(range(20, 35))

        def between() -> None:
            new = next(number, 0)
            if new:
                index.add([product(new)])
                index.delete([f"p{new - 20}"])

        query = Query(sort=sort, limit=3)
        found = [
            each
            for page in pages(SearchService(index, WHOLE), query, between)
            for each in ids(page)
        ]
    assert len(found) == len(set(found))
    assert {f"p{each}" for each in range(15, 20)} <= set(found)
