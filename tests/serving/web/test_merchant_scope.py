"""The page filtered to one seller shows nothing of another but its name."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.fault_merchants import MEMORY, served
from benchmarks.two_shops import A, B, slips
from embed import PhotoReader
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.example_queries import build_example_queries
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.suggestions import build_suggestion_route, render_suggestion_list
from shopwindow.serving.web.view_model import View
from shopwindow.values import Filters

SHOP = {"name": "merchant_id", "value": A.merchant_id}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    with served(tmp_path_factory.mktemp("two-shops"), MEMORY) as (service, _):
        yield service


@pytest.fixture
def controller(service: SearchService) -> PageController:
    return PageController(service)


def find_leaks(service: SearchService, view: View) -> list[str]:
    """Return words of the other seller on the page of a view; sellers' names may be on it."""
    assert view.notice is None
    renderer = PageRenderer(PageController(service), PhotoReader(), build_example_queries(service))
    page = "".join(str(update) for update in renderer.render_updates(view, with_filters=True)[1:])
    return [word for word in B.leaked(page) if word != B.merchant_id]


def test_the_page_of_one_seller_shows_nothing_of_another(
    service: SearchService, controller: PageController
) -> None:
    unfiltered = controller.open_page(View())
    assert find_leaks(service, unfiltered)
    view = controller.handle_action("filter", SHOP, unfiltered)
    assert find_leaks(service, view) == []
    for text in ("lamp", *slips(B)):
        assert find_leaks(service, controller.search(text, (), view)) == [], text
    assert find_leaks(service, controller.handle_action("tab", {"value": "for_you"}, view)) == []
    opened = controller.handle_action("similar", {"value": "zka001"}, view)
    assert opened.similar_to is not None
    assert opened.complements
    assert find_leaks(service, opened) == []


def test_selecting_a_seller_drops_products_of_others(
    service: SearchService, controller: PageController
) -> None:
    search = controller.search("lamp", (), View())
    excluding = controller.handle_action("add_negative_example", {"value": "zkb004"}, search)
    excluding = controller.handle_action("add_negative_example", {"value": "zka004"}, excluding)
    opened = controller.handle_action("similar", {"value": "zkb001"}, excluding)
    assert opened.similar_to is not None
    filtered = controller.handle_action("filter", SHOP, opened)
    assert (filtered.similar_to, filtered.text) == (None, "lamp")
    assert [product.id for product in filtered.choices.negative_examples] == ["zka004"]
    assert find_leaks(service, filtered) == []
    own = controller.handle_action("similar", {"value": "zka001"}, excluding)
    assert controller.handle_action("filter", SHOP, own).similar_to is not None


def test_a_product_of_another_seller_cannot_be_opened_by_id(controller: PageController) -> None:
    view = controller.handle_action("filter", SHOP, controller.open_page(View()))
    rejected = controller.handle_action("similar", {"value": "zkb001"}, view)
    assert rejected.notice is not None
    assert rejected.notice.text == "This product is no longer available. Please search again."
    assert rejected.hits == view.hits


def test_suggestions_come_from_the_selected_sellers(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_suggestion_route(service)])) as client:

        def values(*merchants: str) -> set[str]:
            parameters = {"text": "falk", "merchant": merchants}
            return {
                suggestion["value"]
                for suggestion in client.get("/suggestions", params=parameters).json()
            }

        assert values(A.merchant_id) == {A.brand}
        assert values() == values(A.merchant_id, B.merchant_id) == {A.brand, B.brand}
    both = Filters(merchant_id=("a&b", 'c"'))
    assert 'data-merchants="[&#34;a&amp;b&#34;, &#34;c\\&#34;&#34;]"' in render_suggestion_list(
        "en", both
    )
    assert 'data-merchants="[]"' in render_suggestion_list("en", Filters())
