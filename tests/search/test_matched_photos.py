"""The photo that matched: the best photo of a product answers, and the hit names it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.batch_matching import match_photos
from shopwindow.values import Product, Query, QueryImage
from shopwindow.values.response import Hit
from tests.conftest import WHOLE, make_products

PLANTED = "sku-4"


@pytest.fixture
def further(tmp_path: Path) -> list[str]:
    """Photos unlike all others of the shop, and unlike each other."""
    paths = []
    for color in ("orange", "purple", "black"):
        paths.append(str(tmp_path / f"{color}.png"))
        image = Image.new("RGB", (60, 50), "white")
        ImageDraw.Draw(image).rectangle((10, 10, 40, 40), fill=color)
        image.save(paths[-1])
    return paths


@pytest.fixture(params=[":memory:", "folder"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProductIndex]:
    location = request.param if request.param == ":memory:" else tmp_path / "index"
    with ProductIndex.open(location, FakeEncoder()) as opened:
        yield opened


@pytest.fixture
def planted(index: ProductIndex, tmp_path: Path, further: list[str]) -> Product:
    products = make_products(tmp_path / "photos")
    product = replace(products[4], images=tuple(further))
    index.add([*products[:4], product, *products[5:]])
    return product


@pytest.fixture
def service(index: ProductIndex, planted: Product) -> SearchService:
    return SearchService(index, WHOLE)


def find(hits: tuple[Hit, ...], product_id: str = PLANTED) -> Hit:
    return next(hit for hit in hits if hit.product.id == product_id)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_the_product_with_the_photo_is_first_and_the_photo_is_named(
    service: SearchService, further: list[str], position: int
) -> None:
    hits = service.search(Query(image=further[position], limit=24)).hits
    assert (hits[0].product.id, hits[0].matched_image) == (PLANTED, further[position])
    assert hits[0].shown_image == further[position]
    assert len({hit.product.id for hit in hits}) == len(hits) == 24
    assert {hit.matched_image for hit in hits[1:]} == {""}
    assert all(hit.shown_image == hit.product.image for hit in hits[1:])


def test_the_main_photo_is_not_named(service: SearchService, planted: Product) -> None:
    hit = find(service.search(Query(image=planted.image, limit=24)).hits)
    assert (hit.matched_image, hit.shown_image) == ("", planted.image)


def test_a_photo_that_left_the_feed_matches_no_more(
    index: ProductIndex, service: SearchService, planted: Product, further: list[str]
) -> None:
    report = index.add([replace(planted, images=tuple(further[:2]))])
    assert (report.updated, report.n_encoded_photos) == (1, 0)
    hits = service.search(Query(image=further[2], limit=24)).hits
    assert all(hit.matched_image != further[2] for hit in hits)
    assert hits[0].score < 0.95


def test_a_text_finds_and_names_the_photo_that_shows_it(
    service: SearchService, further: list[str]
) -> None:
    hit = find(service.search(Query(text="purple", limit=24)).hits)
    assert hit.contributions["text_image"] > 0
    assert hit.matched_image == further[1]
    assert service.search(Query(text="purple", limit=24)).hits[0].product.id == PLANTED


def test_the_photo_decides_over_the_text(service: SearchService, further: list[str]) -> None:
    hits = service.search(Query(text="purple", image=further[0], limit=24)).hits
    assert find(hits).matched_image == further[0]


def test_nothing_is_named_where_photos_have_no_part(index: ProductIndex, planted: Product) -> None:
    settings = WHOLE.model_copy(update={"weight_text_image": 0.0})
    service = SearchService(index, settings)
    assert find(service.search(Query(text="mug purple", limit=24)).hits).matched_image == ""
    assert all(not hit.matched_image for hit in service.search(Query(limit=24)).hits)


def test_similar_products_are_found_by_any_photo(
    index: ProductIndex, service: SearchService, further: list[str]
) -> None:
    index.add([Product("new", image=further[2])])
    hits = service.similar("new", limit=24).hits
    assert (hits[0].product.id, hits[0].matched_image) == (PLANTED, further[2])
    draft = Product("draft", "", images=(further[1],), translations={}, image=further[0])
    assert service.similar(draft, limit=24).hits[0].matched_image == further[0]


def test_batch_matching_names_each_photo_s_match(
    service: SearchService, further: list[str], planted: Product
) -> None:
    matches = list(match_photos(service, [*further, planted.image], limit=24))
    assert [find(match.hits).matched_image for match in matches] == [*further, ""]
    assert [match.hits[0].product.id for match in matches[:3]] == [PLANTED] * 3
    assert [match.hits[0].score for match in matches[:3]] == pytest.approx([1.0] * 3, abs=1e-5)


def test_less_like_a_further_photo_moves_its_product_down(
    service: SearchService, further: list[str]
) -> None:
    plain = service.search(Query(text="blue mug", limit=24)).hits
    query = Query(text="blue mug", negative_examples=(QueryImage(further[2]),), limit=24)
    without = service.search(query).hits
    assert find(without).score < find(plain).score
    assert find(without, "sku-10").score == pytest.approx(find(plain, "sku-10").score, abs=0.05)
