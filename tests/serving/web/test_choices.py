"""How a visitor wants answers put together, and what is done to the photos of a query."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.rules import read_rules
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.actions import MAX_PHOTOS, PageController
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values import Filters, Product, Query
from shopwindow.values.query import QueryImage
from shopwindow.values.response import PriceBucket
from tests.conftest import WHOLE, make_products


@pytest.fixture
def actions(service: SearchService) -> PageController:
    return PageController(service)


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    return [each.image for each in make_products(tmp_path, 6)]


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def prices(view: View) -> list[float]:
    return [hit.product.price or 0.0 for hit in view.hits]


@pytest.mark.parametrize("text", ["red dress", ""])
def test_the_order_stays_while_filtering_paging_and_asking_anew(
    actions: PageController, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(asking, "PAGE_SIZE", 5)
    view = actions.handle_action("sort", {"value": "price_desc"}, actions.search(text, (), View()))
    assert prices(view) == sorted(prices(view), reverse=True)
    assert len(view.hits) == 5
    view = actions.handle_action("more", {}, view)
    assert len(view.hits) == 10
    view = actions.handle_action("filter", {"name": "brand", "value": "Brand 1"}, view)
    view = actions.search("mug", (), view)
    assert prices(view) == sorted(prices(view), reverse=True)
    view = actions.handle_action("clear", {}, view)
    assert view.choices.sort == "price_desc"
    similar = actions.handle_action("similar", {"value": "sku-1"}, view)
    assert actions.search("red", (), similar).choices.sort == "price_desc"


def test_an_order_that_does_not_exist_is_told_and_changes_nothing(actions: PageController) -> None:
    before = actions.search("dress", (), View())
    view = actions.handle_action("sort", {"value": "cheapest"}, before)
    assert view.notice is not None
    assert (view.hits, view.choices) == (before.hits, before.choices)


def test_ranges_of_prices_filter_and_are_taken_off(actions: PageController) -> None:
    view = actions.search("dress", (), View())
    assert sum(each.count for each in view.price_buckets) >= 24
    middle = view.price_buckets[1]
    values = {"low": str(middle.low), "high": str(middle.high)}
    narrow = actions.handle_action("price_range", values, view)
    assert len(narrow.hits) == middle.count
    assert all(middle.low <= price <= middle.high for price in prices(narrow))  # type: ignore[operator]
    assert actions.handle_action("price_range", values, narrow).filters == Filters()
    opened = actions.handle_action("price_range", {"low": "", "high": "50"}, narrow)
    assert (opened.filters.price_min, opened.filters.price_max) == (None, 50)


def test_browsing_has_ranges_of_prices_too(actions: PageController) -> None:
    view = actions.search("", (), View())
    assert isinstance(view.price_buckets[0], PriceBucket)


def test_what_is_in_stock_is_counted(actions: PageController) -> None:
    html = render_sidebar(View(), actions.count_facets(Filters()))
    assert 'In stock only</bdi><span class="sw-count">19</span>' in html


def test_filters_that_nothing_passes_are_given_up_and_named(actions: PageController) -> None:
    view = actions.search("dress", (), View(filters=Filters(brand="Brand 1", price_max=1)))
    assert view.relaxed == ("price",)
    assert view.filters.price_max == 1
    assert {hit.product.brand for hit in view.hits} == {"Brand 1"}
    assert actions.handle_action("remove_filter", {"name": "price"}, view).relaxed == ()


@pytest.fixture
def variants(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product(f"v{n}", f"Red dress size {n}", group_id="g") for n in range(4)])
    index.add([Product("mug", "Blue mug")])
    return index


def test_variants_are_shown_one_by_one_and_put_together_again(variants: ProductIndex) -> None:
    actions = PageController(SearchService(variants, WHOLE))
    view = actions.search("red dress", (), View())
    assert (view.n_collapsed, len(view.hits)) == (3, 2)
    every = actions.handle_action("collapse", {}, view)
    assert (every.n_collapsed, len(every.hits)) == (0, 5)
    assert len(actions.handle_action("collapse", {}, every).hits) == 2
    assert len(actions.search("red  dress", (), every).hits) == 2  # other words


def test_what_is_put_aside_is_gone_until_it_is_taken_back(actions: PageController) -> None:
    view = actions.search("red dress", (), View())
    first = view.hits[0].product
    without = actions.handle_action("avoid", {"value": first.id}, view)
    assert first.id not in ids(without)
    assert any(hit.contributions.get("avoid", 0) < 0 for hit in without.hits)
    twice = actions.handle_action("avoid", {"value": first.id}, without)
    assert twice.choices.negative_examples == (first,)
    assert ids(actions.handle_action("remove_negative_example", {"value": first.id}, twice)) == ids(
        view
    )
    assert actions.handle_action("clear", {}, twice).choices.negative_examples == ()
    assert actions.search("red dress ", (), twice).choices.negative_examples == (first,)
    assert actions.search("blue mug", (), twice).choices.negative_examples == ()
    assert actions.handle_action("avoid", {"value": "sku-gone"}, view).notice is not None


def test_variety_changes_the_order(actions: PageController, service: SearchService) -> None:
    view = actions.handle_action(
        "diversity", {"value": "0.6"}, actions.search("red dress", (), View())
    )
    asked = Query(text="red dress", diversity=0.6, limit=asking.PAGE_SIZE)
    assert ids(view) == [hit.product.id for hit in service.search(asked).hits]
    assert any(hit.contributions.get("diversity", 0) < 0 for hit in view.hits)
    assert actions.handle_action("diversity", {"value": "much"}, view).notice is not None


def test_photo_and_words_are_weighed_where_both_are_given(
    actions: PageController, photos: list[str]
) -> None:
    view = actions.search("blue mug", [photos[0]], View())  # the photo of a red dress
    by_words = actions.handle_action("share", {"value": "0"}, view)
    by_photo = actions.handle_action("share", {"value": "1"}, view)
    assert by_words.hits[0].product.attributes["color"] == "blue"
    assert by_photo.hits[0].product.attributes["color"] == "red"
    assert asking.build_query(actions.search("", (), by_photo)).image_weight is None


def test_photos_are_added_and_taken_away(actions: PageController, photos: list[str]) -> None:
    view = actions.search("", photos[:1], View())
    view = actions.search("dress", photos[1:3], view)
    assert [str(each.source) for each in view.photos] == photos[:3]
    view = actions.handle_action("no_photo", {"value": "1"}, view)
    assert [str(each.source) for each in view.photos] == [photos[0], photos[2]]
    for wrong in ("2", "-1", "x", ""):
        assert actions.handle_action("no_photo", {"value": wrong}, view).notice is not None
    assert actions.handle_action("example", {"value": "mug"}, view).photos == ()


def test_too_many_photos_are_told(actions: PageController, photos: list[str]) -> None:
    view = actions.search("", photos, View())
    assert len(view.photos) == MAX_PHOTOS == 5
    assert view.hits
    assert view.notice is not None
    assert "At most 5 photos" in view.notice.text


CROP = {"value": "0", "left": "0", "top": "0", "right": "0.5", "bottom": "1"}


def test_a_part_of_a_photo_is_searched_and_the_whole_again(
    actions: PageController, tmp_path: Path
) -> None:
    both = Image.new("RGB", (80, 40), (30, 30, 200))
    both.paste((200, 30, 30), (0, 0, 40, 40))
    both.save(tmp_path / "both.png")
    whole = actions.search("", [str(tmp_path / "both.png")], View())
    left = actions.handle_action("crop", CROP, whole)
    right = actions.handle_action("crop", {**CROP, "left": "0.5", "right": "1"}, left)
    assert left.photos[0].crop == (0, 0, 0.5, 1)
    assert left.hits[0].product.attributes["color"] == "red"
    assert right.hits[0].product.attributes["color"] == "blue"
    assert ids(actions.handle_action("crop", {"value": "0"}, right)) == ids(whole)


@pytest.mark.parametrize("wrong", [{"value": "7"}, {"right": "0"}, {"left": "x"}, {"bottom": "9"}])
def test_a_part_that_is_none_is_told(
    actions: PageController, photos: list[str], wrong: dict[str, Any]
) -> None:
    before = actions.search("", photos[:1], View())
    view = actions.handle_action("crop", {**CROP, **wrong}, before)
    assert view.notice is not None
    assert view.photos == before.photos == (QueryImage(Path(photos[0])),)


def test_a_suggested_word_is_searched_and_a_name_is_looked_into(actions: PageController) -> None:
    word = actions.handle_action(
        "select_suggestion", {"kind": "word", "value": "red dress"}, View()
    )
    assert (word.text, word.filters) == ("red dress", Filters())
    chosen = {"kind": "category", "value": "Dresses", "before": "red"}
    shelf = actions.handle_action(
        "select_suggestion", chosen, View(filters=Filters(brand="Brand 1"))
    )
    assert (shelf.text, shelf.filters) == ("red", Filters(brand="Brand 1", category="Dresses"))
    assert {hit.product.category[-1] for hit in shelf.hits} == {"Dresses"}
    brand = actions.handle_action(
        "select_suggestion", {"kind": "brand", "value": "Brand 2"}, View()
    )
    assert {hit.product.brand for hit in brand.hits} == {"Brand 2"}


def test_a_page_of_the_shop_is_known(shop: ProductIndex, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nname = "R"\nquery = ["returns"]\nredirect = "/help/returns"\n')
    actions = PageController(SearchService(shop, rules=read_rules(file)))
    view = actions.search("returns", (), View(choices=ResultChoices(sort="newest")))
    assert view.redirect == "/help/returns"
    assert actions.search("red", (), view).redirect == ""
