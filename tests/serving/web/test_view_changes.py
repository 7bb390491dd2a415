"""Filters, choices and photos of a view, through the page controller."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.rules import read_rules
from shopwindow.serving.web import view_queries
from shopwindow.serving.web.actions import MAX_PHOTOS, PageController
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values import Filters, Product, Query
from shopwindow.values.query import QueryImage
from shopwindow.values.response import PriceBucket
from tests.conftest import WHOLE, make_products


@pytest.fixture
def controller(service: SearchService) -> PageController:
    return PageController(service)


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    return [product.image for product in make_products(tmp_path, 6)]


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def prices(view: View) -> list[float]:
    return [hit.product.price or 0.0 for hit in view.hits]


@pytest.mark.parametrize("text", ["red dress", ""])
def test_the_sort_order_stays_while_filtering_paging_and_searching(
    controller: PageController, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(view_queries, "PAGE_SIZE", 5)
    view = controller.handle_action(
        "sort", {"value": "price_desc"}, controller.search(text, (), View())
    )
    assert prices(view) == sorted(prices(view), reverse=True)
    assert len(view.hits) == 5
    view = controller.handle_action("more", {}, view)
    assert len(view.hits) == 10
    view = controller.handle_action("filter", {"name": "brand", "value": "Brand 1"}, view)
    view = controller.search("mug", (), view)
    assert prices(view) == sorted(prices(view), reverse=True)
    view = controller.handle_action("clear", {}, view)
    assert view.choices.sort == "price_desc"
    similar = controller.handle_action("similar", {"value": "sku-1"}, view)
    assert controller.search("red", (), similar).choices.sort == "price_desc"


def test_an_unknown_sort_order_shows_a_notice_and_changes_nothing(
    controller: PageController,
) -> None:
    before = controller.search("dress", (), View())
    view = controller.handle_action("sort", {"value": "cheapest"}, before)
    assert view.notice is not None
    assert (view.hits, view.choices) == (before.hits, before.choices)


def test_price_ranges_filter_and_can_be_removed(controller: PageController) -> None:
    view = controller.search("dress", (), View())
    assert sum(bucket.count for bucket in view.price_buckets) >= 24
    middle = view.price_buckets[1]
    values = {"low": str(middle.low), "high": str(middle.high)}
    narrow = controller.handle_action("price_range", values, view)
    assert len(narrow.hits) == middle.count
    assert all(middle.low <= price <= middle.high for price in prices(narrow))  # type: ignore[operator]
    assert controller.handle_action("price_range", values, narrow).filters == Filters()
    open_ended = controller.handle_action("price_range", {"low": "", "high": "50"}, narrow)
    assert (open_ended.filters.price_min, open_ended.filters.price_max) == (None, 50)


def test_browsing_has_price_buckets(controller: PageController) -> None:
    view = controller.search("", (), View())
    assert isinstance(view.price_buckets[0], PriceBucket)


def test_products_in_stock_are_counted(controller: PageController) -> None:
    html = render_sidebar(View(), controller.count_facets(Filters()))
    assert 'In stock only</bdi><span class="sw-count">19</span>' in html


def test_filters_without_products_are_relaxed_and_named(controller: PageController) -> None:
    view = controller.search("dress", (), View(filters=Filters(brand="Brand 1", price_max=1)))
    assert view.relaxed == ("price",)
    assert view.filters.price_max == 1
    assert {hit.product.brand for hit in view.hits} == {"Brand 1"}
    assert controller.handle_action("remove_filter", {"name": "price"}, view).relaxed == ()


@pytest.fixture
def variants(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product(f"v{n}", f"Red dress size {n}", group_id="g") for n in range(4)])
    index.add([Product("mug", "Blue mug")])
    return index


def test_variants_can_be_expanded_and_collapsed(variants: ProductIndex) -> None:
    controller = PageController(SearchService(variants, WHOLE))
    view = controller.search("red dress", (), View())
    assert (view.n_collapsed, len(view.hits)) == (3, 2)
    expanded = controller.handle_action("collapse", {}, view)
    assert (expanded.n_collapsed, len(expanded.hits)) == (0, 5)
    assert len(controller.handle_action("collapse", {}, expanded).hits) == 2
    assert len(controller.search("red  dress", (), expanded).hits) == 2  # another text


def test_a_negative_example_is_hidden_until_it_is_removed(controller: PageController) -> None:
    view = controller.search("red dress", (), View())
    first = view.hits[0].product
    without = controller.handle_action("add_negative_example", {"value": first.id}, view)
    assert first.id not in ids(without)
    assert any(hit.contributions.get("negative_examples", 0) < 0 for hit in without.hits)
    twice = controller.handle_action("add_negative_example", {"value": first.id}, without)
    assert twice.choices.negative_examples == (first,)
    assert ids(
        controller.handle_action("remove_negative_example", {"value": first.id}, twice)
    ) == ids(view)
    assert controller.handle_action("clear", {}, twice).choices.negative_examples == ()
    assert controller.search("red dress ", (), twice).choices.negative_examples == (first,)
    assert controller.search("blue mug", (), twice).choices.negative_examples == ()
    assert (
        controller.handle_action("add_negative_example", {"value": "sku-gone"}, view).notice
        is not None
    )


def test_diversity_changes_the_order(controller: PageController, service: SearchService) -> None:
    view = controller.handle_action(
        "diversity", {"value": "0.6"}, controller.search("red dress", (), View())
    )
    query = Query(text="red dress", diversity=0.6, limit=view_queries.PAGE_SIZE)
    assert ids(view) == [hit.product.id for hit in service.search(query).hits]
    assert any(hit.contributions.get("diversity", 0) < 0 for hit in view.hits)
    assert controller.handle_action("diversity", {"value": "much"}, view).notice is not None


def test_the_image_weight_applies_to_text_with_photo(
    controller: PageController, photos: list[str]
) -> None:
    view = controller.search("blue mug", [photos[0]], View())  # the photo of a red dress
    by_text = controller.handle_action("image_weight", {"value": "0"}, view)
    by_photo = controller.handle_action("image_weight", {"value": "1"}, view)
    assert by_text.hits[0].product.attributes["color"] == "blue"
    assert by_photo.hits[0].product.attributes["color"] == "red"
    assert view_queries.build_query(controller.search("", (), by_photo)).image_weight is None


def test_photos_are_added_and_removed(controller: PageController, photos: list[str]) -> None:
    view = controller.search("", photos[:1], View())
    view = controller.search("dress", photos[1:3], view)
    assert [str(photo.source) for photo in view.photos] == photos[:3]
    view = controller.handle_action("remove_photo", {"value": "1"}, view)
    assert [str(photo.source) for photo in view.photos] == [photos[0], photos[2]]
    for number in ("2", "-1", "x", ""):
        assert controller.handle_action("remove_photo", {"value": number}, view).notice is not None
    assert controller.handle_action("example", {"value": "mug"}, view).photos == ()


def test_too_many_photos_show_a_notice(controller: PageController, photos: list[str]) -> None:
    view = controller.search("", photos, View())
    assert len(view.photos) == MAX_PHOTOS == 5
    assert view.hits
    assert view.notice is not None
    assert "At most 5 photos" in view.notice.text


CROP = {"value": "0", "left": "0", "top": "0", "right": "0.5", "bottom": "1"}


def test_a_crop_is_searched_and_then_the_whole_photo(
    controller: PageController, tmp_path: Path
) -> None:
    both = Image.new("RGB", (80, 40), (30, 30, 200))
    both.paste((200, 30, 30), (0, 0, 40, 40))
    both.save(tmp_path / "both.png")
    whole = controller.search("", [str(tmp_path / "both.png")], View())
    left = controller.handle_action("crop", CROP, whole)
    right = controller.handle_action("crop", {**CROP, "left": "0.5", "right": "1"}, left)
    assert left.photos[0].crop == (0, 0, 0.5, 1)
    assert left.hits[0].product.attributes["color"] == "red"
    assert right.hits[0].product.attributes["color"] == "blue"
    assert ids(controller.handle_action("crop", {"value": "0"}, right)) == ids(whole)


@pytest.mark.parametrize("wrong", [{"value": "7"}, {"right": "0"}, {"left": "x"}, {"bottom": "9"}])
def test_an_invalid_crop_shows_a_notice(
    controller: PageController, photos: list[str], wrong: dict[str, Any]
) -> None:
    before = controller.search("", photos[:1], View())
    view = controller.handle_action("crop", {**CROP, **wrong}, before)
    assert view.notice is not None
    assert view.photos == before.photos == (QueryImage(Path(photos[0])),)


def test_a_suggested_word_is_searched_and_a_suggested_facet_is_filtered(
    controller: PageController,
) -> None:
    word = controller.handle_action(
        "select_suggestion", {"kind": "word", "value": "red dress"}, View()
    )
    assert (word.text, word.filters) == ("red dress", Filters())
    chosen = {"kind": "category", "value": "Dresses", "before": "red"}
    category = controller.handle_action(
        "select_suggestion", chosen, View(filters=Filters(brand="Brand 1"))
    )
    assert (category.text, category.filters) == (
        "red",
        Filters(brand="Brand 1", category="Dresses"),
    )
    assert {hit.product.category[-1] for hit in category.hits} == {"Dresses"}
    brand = controller.handle_action(
        "select_suggestion", {"kind": "brand", "value": "Brand 2"}, View()
    )
    assert {hit.product.brand for hit in brand.hits} == {"Brand 2"}


def test_a_redirect_reaches_the_view(shop: ProductIndex, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nname = "R"\nquery = ["returns"]\nredirect = "/help/returns"\n')
    controller = PageController(SearchService(shop, rules=read_rules(file)))
    view = controller.search("returns", (), View(choices=ResultChoices(sort="newest")))
    assert view.redirect == "/help/returns"
    assert controller.search("red", (), view).redirect == ""
