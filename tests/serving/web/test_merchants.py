"""The page with one shop chosen: nothing of another one but its name among the shops."""

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
    with served(tmp_path_factory.mktemp("two-shops"), MEMORY) as (opened, _):
        yield opened


@pytest.fixture
def actions(service: SearchService) -> PageController:
    return PageController(service)


def leaked(service: SearchService, view: View) -> list[str]:
    """Return the other's words on the page of a view; shops are chosen by their names."""
    assert view.notice is None
    renderer = PageRenderer(PageController(service), PhotoReader(), build_example_queries(service))
    page = "".join(str(each) for each in renderer.render_updates(view, with_filters=True)[1:])
    return [word for word in B.leaked(page) if word != B.merchant_id]


def test_the_page_of_one_shop(service: SearchService, actions: PageController) -> None:
    every = actions.open_page(View())
    assert leaked(service, every)
    view = actions.handle_action("filter", SHOP, every)
    assert leaked(service, view) == []
    for text in ("lamp", *slips(B)):
        assert leaked(service, actions.search(text, (), view)) == [], text
    assert leaked(service, actions.handle_action("tab", {"value": "foryou"}, view)) == []
    opened = actions.handle_action("similar", {"value": "zka001"}, view)
    assert opened.similar_to is not None
    assert opened.complements
    assert leaked(service, opened) == []


def test_what_was_opened_and_put_aside_of_another_shop_is_closed_with_it(
    service: SearchService, actions: PageController
) -> None:
    search = actions.search("lamp", (), View())
    avoiding = actions.handle_action("avoid", {"value": "zkb004"}, search)
    avoiding = actions.handle_action("avoid", {"value": "zka004"}, avoiding)
    opened = actions.handle_action("similar", {"value": "zkb001"}, avoiding)
    assert opened.similar_to is not None
    chosen = actions.handle_action("filter", SHOP, opened)
    assert (chosen.similar_to, chosen.text) == (None, "lamp")
    assert [each.id for each in chosen.choices.negative_examples] == ["zka004"]
    assert leaked(service, chosen) == []
    own = actions.handle_action("similar", {"value": "zka001"}, avoiding)
    assert actions.handle_action("filter", SHOP, own).similar_to is not None


def test_another_shops_product_cannot_be_opened_by_its_id(actions: PageController) -> None:
    view = actions.handle_action("filter", SHOP, actions.open_page(View()))
    refused = actions.handle_action("similar", {"value": "zkb001"}, view)
    assert refused.notice is not None
    assert refused.notice.text == "This product is no longer in the catalogue. Search again."
    assert refused.hits == view.hits


def test_suggestions_are_asked_for_the_shops_that_are_chosen(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_suggestion_route(service)])) as client:

        def values(*merchants: str) -> set[str]:
            asked = {"text": "falk", "merchant": merchants}
            return {each["value"] for each in client.get("/suggestions", params=asked).json()}

        assert values(A.merchant_id) == {A.brand}
        assert values() == values(A.merchant_id, B.merchant_id) == {A.brand, B.brand}
    both = Filters(merchant_id=("a&b", 'c"'))
    assert (
        'data-merchants="[&quot;a&amp;b&quot;, &quot;c\\&quot;&quot;]"'
        in render_suggestion_list("en", both)
    )
    assert 'data-merchants="[]"' in render_suggestion_list("en", Filters())
