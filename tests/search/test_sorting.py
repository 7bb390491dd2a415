"""Sorting by price, date and popularity: in searches, when browsing, in every store."""

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
from tests.search.paging import collect_ids, get_all_ids, get_ids, iterate_pages

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]

BY_VALUE: tuple[Sort, ...] = tuple(sort for sort in get_args(Sort) if sort != "relevance")
SOLD = (3.0, None, 40.0, 3.0, 0.0)
PRICES = (19.99, 5.0, None, 19.99, 120.0, 5.0, 0.0)


def make_product(number: int) -> Product:
    return Product(
        f"p{number}",
        f"{('red', 'blue')[number % 2]} mug number {number}",
        price=PRICES[number % len(PRICES)],
        popularity=SOLD[number % len(SOLD)],
        created_at=None if number % 6 == 1 else datetime(2025, 1 + number % 4, 3, tzinfo=UTC),
        merchant_id=f"m{number % 2}",
    )


MUGS = [make_product(number) for number in range(35)]


def get_value(product: Product, sort: Sort) -> float | None:
    created = product.created_at.timestamp() if product.created_at else None
    return {"newest": created, "popular": product.popularity}.get(sort, product.price)


def check_order(products: Sequence[Product], sort: Sort) -> None:
    values = [get_value(product, sort) for product in products]
    present = [number for number in values if number is not None]
    assert present == sorted(present, reverse=sort != "price_asc")
    assert values[len(present) :] == [None] * (len(values) - len(present))


@pytest.fixture(scope="module", params=["exact", "edge", "server"])
def mugs(
    request: pytest.FixtureRequest, encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchService]:
    """A shop of mugs in each store, read-only."""
    with open_index(request.param, encoder, tmp_path_factory.mktemp("mugs")) as index:
        index.add(MUGS)
        yield SearchService(index, WHOLE)


def open_index(kind: str, encoder: FakeEncoder, folder: Path) -> ProductIndex:
    if kind == "server":
        return ProductIndex(ServerStore.in_memory(), encoder)
    return ProductIndex.open(":memory:" if kind == "exact" else folder / "index", encoder)


@pytest.mark.parametrize("sort", BY_VALUE)
@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("filters", [Filters(), Filters(merchant_id="m1", price_min=5)])
def test_results_are_sorted_by_value_with_missing_values_last(
    mugs: SearchService, sort: Sort, text: str, filters: Filters
) -> None:
    query = Query(text, filters=filters, sort=sort, limit=100)
    products = [hit.product for hit in mugs.search(query).hits]
    check_order(products, sort)
    expected = {p.id for p in MUGS if not filters.merchant_id or p.merchant_id == "m1"}
    if filters.price_min is not None:
        expected &= {p.id for p in MUGS if p.price is not None and p.price >= 5}
    assert sorted(product.id for product in products) == sorted(expected)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("limit", [1, 4, 6])
def test_pages_joined_equal_one_long_page(
    mugs: SearchService, sort: Sort, text: str, limit: int
) -> None:
    query = Query(text, sort=sort, limit=limit)
    assert collect_ids(mugs, query) == get_all_ids(mugs, query)
    assert len(get_all_ids(mugs, query)) == len(MUGS)


@pytest.mark.parametrize("sort", BY_VALUE)
def test_equal_values_are_ordered_by_relevance(mugs: SearchService, sort: Sort) -> None:
    query = Query("red mug", limit=100)
    ranks = {product_id: rank for rank, product_id in enumerate(get_all_ids(mugs, query))}
    hits = mugs.search(replace(query, sort=sort)).hits
    for before, after in pairwise(hits):
        if get_value(before.product, sort) == get_value(after.product, sort):
            assert ranks[before.product.id] < ranks[after.product.id]
    assert [hit.retrieval_rank - 1 for hit in hits] != sorted(ranks.values())
    assert {hit.product.id: hit.score for hit in hits} == {
        hit.product.id: hit.score for hit in mugs.search(query).hits
    }


def test_an_unknown_sort_order_is_rejected() -> None:
    with pytest.raises(InvalidQueryError, match="sort: expected one of relevance, price_asc"):
        Query(sort="cheapest")  # type: ignore[arg-type]


def test_a_cursor_belongs_to_its_sort_order(mugs: SearchService) -> None:
    for text in ("", "red mug"):
        query = Query(text, sort="price_asc", limit=3)
        cursor = mugs.search(query).next_cursor
        with pytest.raises(InvalidQueryError, match="of the same query"):
            mugs.search(replace(query, sort="price_desc", cursor=cursor))


def test_a_forged_cursor_is_rejected(mugs: SearchService) -> None:
    query = Query(sort="price_asc", limit=3)
    genuine = mugs.search(query).next_cursor
    digest = Cursor.decode(genuine, _get_digest(genuine)).query_digest
    for cursor in (Cursor(digest, after="=dear"), Cursor(digest, relaxed=("merchant_id",))):
        with pytest.raises(InvalidQueryError, match="cursor: expected the `next_cursor`"):
            mugs.search(replace(query, cursor=cursor.encode()))


def _get_digest(cursor: str) -> str:
    with pytest.raises(InvalidQueryError, match="of the same query"):
        Cursor.decode(cursor, "")
    data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return str(json.loads(data.partition(b"\0")[0])[0])


@pytest.mark.parametrize("sort", BY_VALUE)
def test_the_first_of_a_group_in_sort_order_represents_it(encoder: FakeEncoder, sort: Sort) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add([replace(product, group_id=f"g{n % 5}") for n, product in enumerate(MUGS)])
    service = SearchService(index, WHOLE)
    query = Query("red mug", sort=sort, limit=100)
    page = service.search(query)
    uncollapsed = [hit.product for hit in service.search(replace(query, collapse=False)).hits]
    assert len(uncollapsed) == len(MUGS)
    first = {product.group_id: product.id for product in reversed(uncollapsed)}
    assert get_ids(page) == [
        product.id for product in uncollapsed if first[product.group_id] == product.id
    ]
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
def test_changes_between_pages_cause_no_repeats_or_gaps(
    encoder: FakeEncoder,
    first: set[int],
    changes: list[list[tuple[bool, int]]],
    sort: Sort,
    text: str,
    limit: int,
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add([make_product(number) for number in first])
    service = SearchService(index, WHOLE)
    never_deleted = set(first)
    pending = list(changes)

    def between() -> None:
        for is_added, number in pending.pop(0) if pending else ():
            if is_added:
                index.add([make_product(number)])
            else:
                index.delete([f"p{number}"])
                never_deleted.discard(number)

    query = Query(text, sort=sort, limit=limit)
    shown = [
        product_id
        for page in iterate_pages(service, query, between)
        for product_id in get_ids(page)
    ]
    assert {f"p{number}" for number in never_deleted} <= set(shown)
    assert _has_no_repeats(shown, changes)


def _has_no_repeats(shown: list[str], changes: list[list[tuple[bool, int]]]) -> bool:
    """Return whether no product came twice; one deleted and added again counts as another."""
    deleted = {
        f"p{number}"
        for page_changes in changes
        for is_added, number in page_changes
        if not is_added
    }
    unchanged = [product_id for product_id in shown if product_id not in deleted]
    return len(unchanged) == len(set(unchanged))


@pytest.mark.parametrize("kind", ["edge", "server"])
@pytest.mark.parametrize("sort", ["price_asc", "price_desc"])
def test_sorted_paging_continues_in_every_engine_while_products_change(
    kind: str, sort: Sort, encoder: FakeEncoder, tmp_path: Path
) -> None:
    with open_index(kind, encoder, tmp_path) as index:
        index.add(MUGS[:20])
        number = iter(range(20, 35))

        def between() -> None:
            new = next(number, 0)
            if new:
                index.add([make_product(new)])
                index.delete([f"p{new - 20}"])

        query = Query(sort=sort, limit=3)
        shown = [
            product_id
            for page in iterate_pages(SearchService(index, WHOLE), query, between)
            for product_id in get_ids(page)
        ]
    assert len(shown) == len(set(shown))
    assert {f"p{number}" for number in range(15, 20)} <= set(shown)


@pytest.mark.parametrize(("limit", "n_pages"), [(1, 4), (2, 2), (3, 2), (4, 1), (5, 1)])
def test_no_page_is_announced_that_would_be_empty(
    encoder: FakeEncoder, limit: int, n_pages: int
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", f"Mug {n}", price=float(n)) for n in range(4))
        with SearchService(index, WHOLE) as service:
            cursor, sizes = "", []
            for _ in range(9):
                page = service.search(Query(sort="price_asc", limit=limit, cursor=cursor))
                sizes.append(len(page.hits))
                cursor = page.next_cursor
                if not cursor:
                    break
    assert (len(sizes), sum(sizes), min(sizes) > 0) == (n_pages, 4, True)
