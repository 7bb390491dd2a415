"""Variants: the best stands for all, on every page, and all can be seen."""

from dataclasses import replace

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.pipeline.collapse import find_representatives
from shopwindow.values import Filters, Product, Query
from shopwindow.values.settings import SearchSettings


def test_the_best_of_each_group_stands_for_it() -> None:
    groups = {"a": "x", "c": "x", "d": "y", "f": "x"}
    first = find_representatives("abcdef", groups, {})
    assert first == {"a": "a", "b": "b", "c": "a", "d": "d", "e": "e", "f": "a"}


def test_the_same_photo_joins_things_and_their_groups() -> None:
    groups = {"b": "x", "d": "x"}
    first = find_representatives("abcd", groups, {"a": ["b"], "b": ["a"]})
    assert first == {"a": "a", "b": "a", "c": "c", "d": "a"}


@pytest.fixture
def service(encoder: FakeEncoder) -> SearchService:
    index = ProductIndex.open(":memory:", encoder)
    shirts = [Product(f"s{n}", f"{c} shirt", group_id="s") for n, c in enumerate(("red", "blue"))]
    mugs = [Product(f"m{n}", f"{c} mug", group_id="m") for n, c in enumerate(("red", "blue"))]
    index.add([*shirts, *mugs, Product("single", "red shirt and mug")])
    return SearchService(index, SearchSettings(relative_score_cutoff=0))


def test_an_answer_shows_one_of_each(service: SearchService) -> None:
    hits = service.search(Query(text="red shirt", limit=9)).hits
    assert [(hit.product.id, hit.n_variants) for hit in hits] == [
        ("s0", 2),
        ("single", 1),
        ("m0", 2),
    ]


def test_pages_show_each_group_once(service: SearchService) -> None:
    found, cursor = [], ""
    for _ in range(5):
        page = service.search(Query(text="red shirt", limit=1, cursor=cursor))
        found += [hit.product.id for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == ["s0", "single", "m0"]


def test_all_variants_can_be_seen(service: SearchService) -> None:
    query = Query(text="red shirt", limit=9)
    assert len(service.search(replace(query, collapse=False)).hits) == 5
    one = service.search(replace(query, filters=Filters(group_id="s"))).hits
    assert {hit.product.id for hit in one} == {"s0", "s1"}
    assert {
        hit.product.id for hit in service.search(Query(filters=Filters(group_id="m"))).hits
    } == {
        "m0",
        "m1",
    }
