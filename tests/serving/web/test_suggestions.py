"""Suggestions while typing: the route and the list."""

from typing import cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from index import ProductIndex
from search import SearchService
from search.suggestions import Suggestion
from shopwindow.serving.web.suggestions import build_suggestion_route, render_suggestion_list
from shopwindow.values.errors import StoreUnreachableError
from shopwindow.values.query import Filters


class UnreachableService(SearchService):
    """A service whose store is unreachable."""

    def suggest(
        self, text: str, limit: int = 8, filters: Filters | None = None
    ) -> tuple[Suggestion, ...]:
        raise StoreUnreachableError("http://10.0.0.1:6333")


def fetch_suggestions(service: SearchService, text: str) -> list[dict[str, object]]:
    with TestClient(Starlette(routes=[build_suggestion_route(service)])) as client:
        response = client.get("/suggestions", params={"text": text})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    return cast("list[dict[str, object]]", response.json())


def test_the_route_returns_the_suggestions_of_the_service(service: SearchService) -> None:
    suggestions = fetch_suggestions(service, "red dre")
    assert suggestions[0] == {
        "text": "red Dresses", "kind": "category", "value": "Dresses", "before": "red", "count": 12,
    }  # fmt: skip
    assert suggestions[1]["text"] == "red dress"
    assert fetch_suggestions(service, "فست")[0]["text"] == "فستان"
    assert fetch_suggestions(service, "") == []
    assert fetch_suggestions(service, "x" * 50_000) == []


def test_an_unreachable_store_suggests_nothing(shop: ProductIndex) -> None:
    assert fetch_suggestions(UnreachableService(shop), "red") == []


@pytest.mark.parametrize(("language", "label"), [("en", "Category"), ("ar", "الفئة")])
def test_the_suggestion_list_is_hidden_and_has_labels(language: str, label: str) -> None:
    html = render_suggestion_list("ar" if language == "ar" else "en", Filters())
    assert 'role="listbox"' in html
    assert f'data-category="{label}"' in html
    assert html.endswith("hidden></ul>")
