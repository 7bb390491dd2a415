"""Collapsed variants: the best represents all, on every page, and all can be shown."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.pipeline.collapse import find_representatives
from shopwindow.values import Filters, Product, Query
from shopwindow.values.setting_groups import SearchSettings


def test_the_best_of_each_group_represents_it() -> None:
    groups = {"a": "x", "c": "x", "d": "y", "f": "x"}
    representatives = find_representatives("abcdef", groups, {})
    assert representatives == {"a": "a", "b": "b", "c": "a", "d": "d", "e": "e", "f": "a"}


def test_the_same_photo_joins_products_and_their_groups() -> None:
    groups = {"b": "x", "d": "x"}
    representatives = find_representatives("abcd", groups, {"a": ["b"], "b": ["a"]})
    assert representatives == {"a": "a", "b": "a", "c": "c", "d": "a"}


@pytest.fixture
def service(encoder: FakeEncoder) -> SearchService:
    index = ProductIndex.open(":memory:", encoder)
    shirts = [Product(f"s{n}", f"{c} shirt", group_id="s") for n, c in enumerate(("red", "blue"))]
    mugs = [Product(f"m{n}", f"{c} mug", group_id="m") for n, c in enumerate(("red", "blue"))]
    index.add([*shirts, *mugs, Product("single", "red shirt and mug")])
    return SearchService(index, SearchSettings(relative_score_cutoff=0))


def test_a_response_shows_one_variant_of_each_group(service: SearchService) -> None:
    hits = service.search(Query(text="red shirt", limit=9)).hits
    assert [(hit.product.id, hit.n_variants) for hit in hits] == [
        ("s0", 2),
        ("single", 1),
        ("m0", 2),
    ]


def test_pages_show_each_group_once(service: SearchService) -> None:
    shown, cursor = [], ""
    for _ in range(5):
        page = service.search(Query(text="red shirt", limit=1, cursor=cursor))
        shown += [hit.product.id for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            break
    assert shown == ["s0", "single", "m0"]


def test_all_variants_can_be_shown(service: SearchService) -> None:
    query = Query(text="red shirt", limit=9)
    assert len(service.search(replace(query, collapse=False)).hits) == 5
    shirts = service.search(replace(query, filters=Filters(group_id="s"))).hits
    assert {hit.product.id for hit in shirts} == {"s0", "s1"}
    assert {
        hit.product.id for hit in service.search(Query(filters=Filters(group_id="m"))).hits
    } == {
        "m0",
        "m1",
    }


@pytest.mark.parametrize(("n_products", "n_shown"), [(11, 1), (12, 12)])
def test_a_photo_that_twelve_products_have_is_a_placeholder(
    encoder: FakeEncoder, tmp_path: Path, n_products: int, n_shown: int
) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    photo = tmp_path / "coming soon.png"
    Image.fromarray(pixels).resize((64, 64)).save(photo)
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", f"Red shirt {n}", image=str(photo)) for n in range(n_products))
        with SearchService(index, SearchSettings(relative_score_cutoff=0)) as service:
            response = service.search(Query(text="red shirt", limit=20))
    assert len(response.hits) == n_shown
    assert response.n_collapsed == n_products - n_shown
    assert sum(hit.n_variants for hit in response.hits) == n_products
