"""Each action of the page, against a real service."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.serving.web import view_queries
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.example_queries import build_example_queries
from shopwindow.serving.web.interpretation_chips import render_interpretations
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.view_model import View
from shopwindow.values import Filters, Query, SearchResponse
from shopwindow.values.errors import (
    EncoderError,
    IndexStoreError,
    InvalidQueryError,
    PhotoBusyError,
    PhotoFetchError,
    PhotoTooLargeError,
    PhotoUnreadableError,
    ProductNotFoundError,
    StoreUnreachableError,
)
from tests.conftest import make_products


class BrokenService(SearchService):
    """A service that always raises one error."""

    def __init__(self, index: ProductIndex, error: Exception) -> None:
        super().__init__(index)
        self._error = error

    def search(self, query: Query) -> SearchResponse:
        raise self._error

    def similar(self, *args: object, **kwargs: object) -> SearchResponse:
        raise self._error


@pytest.fixture
def controller(service: SearchService) -> PageController:
    return PageController(service)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_queries, "PAGE_SIZE", 5)


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def test_a_search_shows_the_hits_of_the_service(
    controller: PageController, service: SearchService
) -> None:
    view = controller.search("red dress", (), View())
    expected = service.search(Query(text="red dress", limit=view_queries.PAGE_SIZE))
    assert ids(view) == [hit.product.id for hit in expected.hits]
    assert view.notice is None
    assert view.n_found == 24
    assert view.language == "en"


def test_an_arabic_query_switches_the_language_and_a_photo_keeps_it(
    controller: PageController, tmp_path: Path
) -> None:
    arabic = controller.search("فستان أحمر", (), View())
    assert arabic.language == "ar"
    photo = make_products(tmp_path, 1)[0].image
    with_photo = controller.search("", [photo], arabic)
    assert with_photo.language == "ar"
    assert with_photo.hits[0].product.attributes["color"] == "red"


def test_an_empty_query_browses_the_catalogue(controller: PageController) -> None:
    view = controller.search("", (), View())
    assert len(view.hits) == view.n_found == 24
    assert view.facet_scope == "catalog"


def test_filters_stay_active_over_searches(controller: PageController) -> None:
    view = controller.handle_action(
        "filter", {"name": "brand", "value": "Brand 1"}, View(text="dress")
    )
    again = controller.search("mug", (), view)
    assert again.filters.brand == ("Brand 1",)
    assert {hit.product.brand for hit in again.hits} == {"Brand 1"}


def test_every_filter_filters(controller: PageController) -> None:
    view = controller.search("dress", (), View())
    view = controller.handle_action(
        "filter", {"name": "category", "value": "Clothing > Dresses"}, view
    )
    view = controller.handle_action("filter", {"name": "in_stock"}, view)
    view = controller.handle_action("price", {"price_min": "20", "price_max": " 150.5 "}, view)
    products = [hit.product for hit in view.hits]
    assert products
    assert all(p.in_stock and p.price and 20 <= p.price <= 150.5 for p in products)
    assert {p.category for p in products} == {("Clothing", "Dresses")}
    assert controller.handle_action("clear", {}, view).filters == Filters()


def test_a_filter_is_removed(controller: PageController) -> None:
    view = View(filters=Filters(brand=("Brand 1",), price_max=50))
    view = controller.handle_action("remove_filter", {"name": "price", "value": ""}, view)
    assert view.filters == Filters(brand=("Brand 1",))
    assert (
        controller.handle_action(
            "remove_filter", {"name": "brand", "value": "Brand 1"}, view
        ).n_found
        == 24
    )


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("text", ["red dress", ""])
def test_load_more_continues_to_the_end_without_repeats(
    controller: PageController, text: str
) -> None:
    view = controller.search(text, (), View())
    first = ids(view)
    while view.cursor:
        before, view = view, controller.handle_action("more", {}, view)
        assert ids(view)[: len(before.hits)] == ids(before)
    assert ids(view)[:5] == first
    assert len(ids(view)) == len(set(ids(view))) == 24
    assert controller.handle_action("more", {}, view) == view


@pytest.mark.usefixtures("small_pages")
def test_a_filter_restarts_at_the_first_page(controller: PageController) -> None:
    view = controller.handle_action("more", {}, controller.search("dress", (), View()))
    view = controller.handle_action("filter", {"name": "merchant_id", "value": "m1"}, view)
    assert view.notice is None
    assert len(view.hits) == 5


def test_similar_products_and_the_way_back(controller: PageController) -> None:
    search = controller.search("red dress", (), View())
    similar = controller.handle_action("similar", {"value": "sku-0"}, search)
    assert similar.similar_to is not None
    assert similar.similar_to.id == "sku-0"
    assert "sku-0" not in ids(similar)
    further = controller.handle_action("similar", {"value": ids(similar)[0]}, similar)
    assert controller.handle_action("back", {}, further) == search
    assert controller.handle_action("back", {}, View()).hits == ()


def test_filters_apply_to_similar_products(controller: PageController) -> None:
    similar = controller.handle_action("similar", {"value": "sku-0"}, View())
    similar = controller.handle_action("filter", {"name": "category", "value": "Home"}, similar)
    assert similar.similar_to is not None
    assert {hit.product.category[0] for hit in similar.hits} == {"Home"}


def test_the_language_can_be_switched(controller: PageController) -> None:
    arabic = controller.handle_action("language", {}, View())
    assert (arabic.language, controller.handle_action("language", {}, arabic).language) == (
        "ar",
        "en",
    )


def test_an_unknown_action_changes_nothing(controller: PageController) -> None:
    view = View(text="red")
    assert controller.handle_action("format_disk", {}, view) is view


def test_counts_are_over_the_catalogue_under_the_other_filters(controller: PageController) -> None:
    facets = controller.count_facets(Filters(brand="Brand 1", category="Home"))
    assert sum(facets["brand"].values()) == 12  # all of Home
    assert set(facets["category"]) == {"Clothing", "Clothing > Dresses", "Home", "Home > Mugs"}


ERRORS: list[tuple[Exception, str]] = [
    (PhotoBusyError("/tmp/x.jpg", "busy"), "Too many photo searches are running right now."),
    (PhotoUnreadableError("/tmp/x.jpg", "truncated"), "This photo cannot be used: truncated."),
    (PhotoTooLargeError("/tmp/x.jpg", "9 pixels."), "This photo cannot be used: 9 pixels."),
    (PhotoFetchError("http://10.0.0.1/", "private"), "This photo cannot be used: private."),
    (InvalidQueryError("cursor", "ours", "x"), "These results are out of date."),
    (InvalidQueryError("price_max", "at least 5", 1), "Minimum price must not exceed maximum"),
    (InvalidQueryError("limit", "1 to 500", 0), "limit: expected 1 to 500, got 0."),
    (ProductNotFoundError("sku"), "This product is no longer available."),
    (StoreUnreachableError("http://10.0.0.1:6333"), "The catalogue is unavailable"),
    (IndexStoreError("/srv/index is damaged"), "The catalogue is unavailable"),
    (EncoderError("out of memory"), "Something went wrong on our side."),
    (RuntimeError("/srv/secret"), "Something went wrong on our side."),
]


@pytest.mark.parametrize(("error", "message"), ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_becomes_a_plain_message(
    shop: ProductIndex, error: Exception, message: str
) -> None:
    controller = PageController(BrokenService(shop, error))
    handlers: list[Callable[[], View]] = [
        lambda: controller.search("red", (), View()),
        lambda: controller.handle_action("more", {}, View(text="red", cursor="x")),
        lambda: controller.handle_action("similar", {"value": "sku-0"}, View()),
    ]
    for handler in handlers:
        notice = handler().notice
        assert notice is not None
        assert notice.text.startswith(message)
        for secret in ("/tmp", "/srv", "10.0.0.1", "Error", "Traceback"):
            assert secret not in notice.text + notice.help
    assert (
        build_error_notice(error, "ar").text != build_error_notice(error, "en").text
        or "limit" in message
    )


def test_a_broken_photo_shows_a_notice_and_no_hits(
    controller: PageController, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a photo")
    view = controller.search("red", [str(broken)], View())
    assert view.notice is not None
    assert "cannot be used" in view.notice.text
    assert view.hits == ()
    assert controller.handle_action("remove_photo", {"value": "0"}, view).notice is None


def test_a_text_that_is_too_long_shows_a_notice(controller: PageController) -> None:
    view = controller.search("red " * 1000, (), View())
    assert view.notice is not None
    assert "at most 2,000 characters" in view.notice.text


@pytest.mark.parametrize(
    "prices",
    [{"price_min": "9", "price_max": "5"}, {"price_min": "-1"}, {"price_max": "cheap"}],
)
def test_a_wrong_price_shows_a_notice_and_keeps_the_hits(
    controller: PageController, prices: dict[str, Any]
) -> None:
    before = controller.search("red", (), View())
    view = controller.handle_action("price", prices, before)
    assert view.notice is not None
    assert "Minimum price" in view.notice.text
    assert (view.hits, view.filters) == (before.hits, before.filters)


def test_a_deleted_product_shows_a_notice(controller: PageController) -> None:
    view = controller.handle_action("similar", {"value": "sku-gone"}, View())
    assert view.notice is not None
    assert "no longer" in view.notice.text


def test_an_unknown_filter_shows_a_notice(controller: PageController) -> None:
    view = controller.handle_action("filter", {"name": "limit", "value": "1"}, View())
    assert view.notice is not None


def test_an_empty_index_has_no_facets_and_no_products(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        service = SearchService(index)
        controller = PageController(service)
        assert controller.count_products() == 0
        assert controller.search("red", (), View()).hits == ()
        assert not any(controller.count_facets(Filters()).values())
        assert build_example_queries(service) == ()


def test_examples_come_from_the_catalogue_in_both_languages(service: SearchService) -> None:
    queries = build_example_queries(service)
    assert any("dress" in query for query in queries)
    assert any("فستان" in query for query in queries)
    assert all(service.search(Query(text=query)).hits for query in queries)


def test_interpretations_are_shown_and_can_be_undone(controller: PageController) -> None:
    view = controller.search("dress not red under 100", (), View())
    kinds = [interpretation.kind for interpretation in view.interpretations]
    assert kinds == ["price", "category", "negation"]
    html = render_interpretations(view)
    assert html.count('data-act="verbatim"') == 3
    price = view.interpretations[0].text
    verbatim = controller.handle_action("verbatim", {"value": price}, view)
    assert [interpretation.kind for interpretation in verbatim.interpretations] == [
        "category",
        "negation",
    ]
    assert render_interpretations(controller.search("zzz", (), verbatim)) == ""
    more = controller.handle_action("more", {}, replace(verbatim, cursor=""))
    assert more.verbatim == (price,)


HALF = "red \ud83d \0mug"
"""A browser may send this in JSON, but it cannot be sent back."""


def test_half_an_emoji_is_replaced_and_searched(controller: PageController) -> None:
    results = controller.search(HALF, (), View())
    assert (results.text, results.notice) == ("red \ufffd \ufffdmug", None)
    assert results.hits


VALUES: dict[str, dict[str, Any]] = {
    "filter": {"name": "brand", "value": HALF},
    "remove_filter": {"name": "category", "value": HALF},
    "price": {"price_min": HALF},
    "price_range": {"low": "0", "high": "9" * 400},
    "sort": {"value": HALF},
    "crop": {"value": "9" * 5000},
    "remove_photo": {"value": HALF},
    "similar": {"value": HALF},
    "negative_examples": {"value": HALF},
    "verbatim": {"value": HALF},
    "example": {"value": HALF},
    "select_suggestion": {"kind": "brand", "value": HALF, "before": HALF},
    "visitor": {"value": HALF},
    "interact": {"name": HALF, "value": HALF, "surface": HALF},
    HALF: {HALF: HALF},
}


@pytest.mark.parametrize("name", VALUES)
def test_the_page_can_be_sent_whatever_a_button_carries(
    service: SearchService, controller: PageController, name: str
) -> None:
    after = controller.handle_action(name, VALUES[name], controller.search("mug", (), View()))
    updates = PageRenderer(controller, PhotoReader(), ()).render_updates(after, with_query_box=True)
    json.dumps(updates[1:], ensure_ascii=False).encode()
    assert service.index.count() == 24


def test_an_impossible_photo_path_shows_a_notice(controller: PageController) -> None:
    after = controller.search("mug", ["a\0b.png"], View())
    assert after.notice is not None
