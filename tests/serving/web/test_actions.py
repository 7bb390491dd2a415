"""What a visitor can do, against a real service: each action gives the next view."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.serving.web import view_queries as asking
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
    """A service whose every answer is one error."""

    def __init__(self, index: ProductIndex, error: Exception) -> None:
        super().__init__(index)
        self._error = error

    def search(self, query: Query) -> SearchResponse:
        raise self._error

    def similar(self, *args: object, **kwargs: object) -> SearchResponse:
        raise self._error


@pytest.fixture
def actions(service: SearchService) -> PageController:
    return PageController(service)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAGE_SIZE", 5)


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def test_a_search_shows_what_the_service_answers(
    actions: PageController, service: SearchService
) -> None:
    view = actions.search("red dress", (), View())
    expected = service.search(Query(text="red dress", limit=asking.PAGE_SIZE))
    assert ids(view) == [hit.product.id for hit in expected.hits]
    assert view.notice is None
    assert view.n_found == 24
    assert view.language == "en"


def test_an_arabic_query_turns_the_page_arabic_and_a_photo_leaves_it(
    actions: PageController, tmp_path: Path
) -> None:
    arabic = actions.search("فستان أحمر", (), View())
    assert arabic.language == "ar"
    photo = make_products(tmp_path, 1)[0].image
    with_photo = actions.search("", [photo], arabic)
    assert with_photo.language == "ar"
    assert with_photo.hits[0].product.attributes["color"] == "red"


def test_nothing_asked_browses_the_catalogue(actions: PageController) -> None:
    view = actions.search("", (), View())
    assert len(view.hits) == view.n_found == 24
    assert view.facet_scope == "catalog"


def test_filters_stay_on_over_searches(actions: PageController) -> None:
    view = actions.handle_action(
        "filter", {"name": "brand", "value": "Brand 1"}, View(text="dress")
    )
    again = actions.search("mug", (), view)
    assert again.filters.brand == ("Brand 1",)
    assert {hit.product.brand for hit in again.hits} == {"Brand 1"}


def test_every_filter_filters(actions: PageController) -> None:
    view = actions.search("dress", (), View())
    view = actions.handle_action(
        "filter", {"name": "category", "value": "Clothing > Dresses"}, view
    )
    view = actions.handle_action("filter", {"name": "in_stock"}, view)
    view = actions.handle_action("price", {"price_min": "20", "price_max": " 150.5 "}, view)
    products = [hit.product for hit in view.hits]
    assert products
    assert all(p.in_stock and p.price and 20 <= p.price <= 150.5 for p in products)
    assert {p.category for p in products} == {("Clothing", "Dresses")}
    assert actions.handle_action("clear", {}, view).filters == Filters()


def test_a_filter_is_taken_off(actions: PageController) -> None:
    view = View(filters=Filters(brand=("Brand 1",), price_max=50))
    view = actions.handle_action("remove_filter", {"name": "price", "value": ""}, view)
    assert view.filters == Filters(brand=("Brand 1",))
    assert (
        actions.handle_action("remove_filter", {"name": "brand", "value": "Brand 1"}, view).n_found
        == 24
    )


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("text", ["red dress", ""])
def test_more_goes_on_to_the_end_without_repeats(actions: PageController, text: str) -> None:
    view = actions.search(text, (), View())
    first = ids(view)
    while view.cursor:
        before, view = view, actions.handle_action("more", {}, view)
        assert ids(view)[: len(before.hits)] == ids(before)
    assert ids(view)[:5] == first
    assert len(ids(view)) == len(set(ids(view))) == 24
    assert actions.handle_action("more", {}, view) == view


@pytest.mark.usefixtures("small_pages")
def test_filters_begin_again_at_the_first_page(actions: PageController) -> None:
    view = actions.handle_action("more", {}, actions.search("dress", (), View()))
    view = actions.handle_action("filter", {"name": "merchant_id", "value": "m1"}, view)
    assert view.notice is None
    assert len(view.hits) == 5


def test_similar_products_and_the_way_back(actions: PageController) -> None:
    search = actions.search("red dress", (), View())
    similar = actions.handle_action("similar", {"value": "sku-0"}, search)
    assert similar.similar_to is not None
    assert similar.similar_to.id == "sku-0"
    assert "sku-0" not in ids(similar)
    further = actions.handle_action("similar", {"value": ids(similar)[0]}, similar)
    assert actions.handle_action("back", {}, further) == search
    assert actions.handle_action("back", {}, View()).hits == ()


def test_filters_hold_for_similar_products_too(actions: PageController) -> None:
    similar = actions.handle_action("similar", {"value": "sku-0"}, View())
    similar = actions.handle_action("filter", {"name": "category", "value": "Home"}, similar)
    assert similar.similar_to is not None
    assert {hit.product.category[0] for hit in similar.hits} == {"Home"}


def test_the_language_can_be_switched(actions: PageController) -> None:
    arabic = actions.handle_action("language", {}, View())
    assert (arabic.language, actions.handle_action("language", {}, arabic).language) == ("ar", "en")


def test_an_unknown_action_changes_nothing(actions: PageController) -> None:
    view = View(text="red")
    assert actions.handle_action("format_disk", {}, view) is view


def test_counts_are_over_the_catalogue_under_the_other_filters(actions: PageController) -> None:
    facets = actions.count_facets(Filters(brand="Brand 1", category="Home"))
    assert sum(facets["brand"].values()) == 12  # all of Home
    assert set(facets["category"]) == {"Clothing", "Clothing > Dresses", "Home", "Home > Mugs"}


ERRORS: list[tuple[Exception, str]] = [
    (PhotoBusyError("/tmp/x.jpg", "busy"), "Too many photos are being searched for right now."),
    (PhotoUnreadableError("/tmp/x.jpg", "truncated"), "This photo cannot be used: truncated."),
    (PhotoTooLargeError("/tmp/x.jpg", "9 pixels."), "This photo cannot be used: 9 pixels."),
    (PhotoFetchError("http://10.0.0.1/", "private"), "This photo cannot be used: private."),
    (InvalidQueryError("cursor", "ours", "x"), "These results are out of date."),
    (InvalidQueryError("price_max", "at least 5", 1), "The price range is not a range"),
    (InvalidQueryError("limit", "1 to 500", 0), "limit: expected 1 to 500, got 0."),
    (ProductNotFoundError("sku"), "This product is no longer in the catalogue."),
    (StoreUnreachableError("http://10.0.0.1:6333"), "The catalogue cannot be reached"),
    (IndexStoreError("/srv/index is damaged"), "The catalogue cannot be reached"),
    (EncoderError("out of memory"), "Something went wrong on our side."),
    (RuntimeError("/srv/secret"), "Something went wrong on our side."),
]


@pytest.mark.parametrize(("error", "told"), ERRORS, ids=lambda each: type(each).__name__)
def test_every_error_becomes_a_plain_sentence(
    shop: ProductIndex, error: Exception, told: str
) -> None:
    actions = PageController(BrokenService(shop, error))
    doings: list[Callable[[], View]] = [
        lambda: actions.search("red", (), View()),
        lambda: actions.handle_action("more", {}, View(text="red", cursor="x")),
        lambda: actions.handle_action("similar", {"value": "sku-0"}, View()),
    ]
    for do in doings:
        notice = do().notice
        assert notice is not None
        assert notice.text.startswith(told)
        for secret in ("/tmp", "/srv", "10.0.0.1", "Error", "Traceback"):
            assert secret not in notice.text + notice.help
    assert (
        build_error_notice(error, "ar").text != build_error_notice(error, "en").text
        or "limit" in told
    )


def test_a_broken_photo_is_told_and_nothing_else_is_shown(
    actions: PageController, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a photo")
    view = actions.search("red", [str(broken)], View())
    assert view.notice is not None
    assert "cannot be used" in view.notice.text
    assert view.hits == ()
    assert actions.handle_action("no_photo", {"value": "0"}, view).notice is None


def test_too_many_words_are_told(actions: PageController) -> None:
    view = actions.search("red " * 1000, (), View())
    assert view.notice is not None
    assert "at most 2000 characters" in view.notice.text


@pytest.mark.parametrize(
    "prices",
    [{"price_min": "9", "price_max": "5"}, {"price_min": "-1"}, {"price_max": "cheap"}],
)
def test_a_wrong_price_is_told_and_the_answer_stays(
    actions: PageController, prices: dict[str, Any]
) -> None:
    before = actions.search("red", (), View())
    view = actions.handle_action("price", prices, before)
    assert view.notice is not None
    assert "price range" in view.notice.text
    assert (view.hits, view.filters) == (before.hits, before.filters)


def test_a_product_that_was_deleted_meanwhile_is_told(actions: PageController) -> None:
    view = actions.handle_action("similar", {"value": "sku-gone"}, View())
    assert view.notice is not None
    assert "no longer" in view.notice.text


def test_a_filter_that_does_not_exist_is_told(actions: PageController) -> None:
    view = actions.handle_action("filter", {"name": "limit", "value": "1"}, View())
    assert view.notice is not None


def test_an_empty_index_has_no_facets_and_no_products(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        service = SearchService(index)
        actions = PageController(service)
        assert actions.count_products() == 0
        assert actions.search("red", (), View()).hits == ()
        assert not any(actions.count_facets(Filters()).values())
        assert build_example_queries(service) == ()


def test_examples_come_from_the_catalogue_in_both_languages(service: SearchService) -> None:
    queries = build_example_queries(service)
    assert any("dress" in query for query in queries)
    assert any("فستان" in query for query in queries)
    assert all(service.search(Query(text=query)).hits for query in queries)


def test_what_was_read_is_shown_and_taken_back(actions: PageController) -> None:
    view = actions.search("dress not red under 100", (), View())
    kinds = [each.kind for each in view.interpretations]
    assert kinds == ["price", "category", "negation"]
    shown = render_interpretations(view)
    assert shown.count('data-act="literal"') == 3
    price = view.interpretations[0].text
    literal = actions.handle_action("verbatim", {"value": price}, view)
    assert [each.kind for each in literal.interpretations] == ["category", "negation"]
    assert render_interpretations(actions.search("zzz", (), literal)) == ""
    more = actions.handle_action("more", {}, replace(literal, cursor=""))
    assert more.verbatim == (price,)


HALF = "red \ud83d \0mug"
"""What a browser may send in JSON, and nobody may send back."""


def test_half_an_emoji_is_searched_and_shown_as_what_it_is(actions: PageController) -> None:
    found = actions.search(HALF, (), View())
    assert (found.text, found.notice) == ("red \ufffd \ufffdmug", None)
    assert found.hits


VALUES: dict[str, dict[str, Any]] = {
    "filter": {"name": "brand", "value": HALF},
    "remove_filter": {"name": "category", "value": HALF},
    "price": {"price_min": HALF},
    "price_range": {"low": "0", "high": "9" * 400},
    "sort": {"value": HALF},
    "crop": {"value": "9" * 5000},
    "no_photo": {"value": HALF},
    "similar": {"value": HALF},
    "avoid": {"value": HALF},
    "verbatim": {"value": HALF},
    "example": {"value": HALF},
    "select_suggestion": {"kind": "brand", "value": HALF, "before": HALF},
    "visitor": {"value": HALF},
    "do": {"name": HALF, "value": HALF, "surface": HALF},
    HALF: {HALF: HALF},
}


@pytest.mark.parametrize("name", VALUES)
def test_whatever_a_button_carries_the_page_can_be_sent(
    service: SearchService, actions: PageController, name: str
) -> None:
    after = actions.handle_action(name, VALUES[name], actions.search("mug", (), View()))
    updates = PageRenderer(actions, PhotoReader(), ()).render_updates(after, with_query_box=True)
    json.dumps(updates[1:], ensure_ascii=False).encode()
    assert service.index.count() == 24


def test_a_photo_at_no_possible_path_is_told(actions: PageController) -> None:
    after = actions.search("mug", ["a\0b.png"], View())
    assert after.notice is not None
