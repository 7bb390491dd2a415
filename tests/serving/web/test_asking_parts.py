"""The parts around the question: suggestions while typing, and the photos with their frames."""

import base64
import io
from pathlib import Path
from typing import cast

import gradio as gr
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.bombs import png
from embed import PhotoReader
from index import ProductIndex
from search import SearchService
from search.suggestions import Suggestion
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.page import build_page
from shopwindow.serving.web.query_images import QueryImageRenderer
from shopwindow.serving.web.suggestions import build_suggestion_route, render_suggestion_list
from shopwindow.serving.web.view_model import View
from shopwindow.values.errors import StoreUnreachableError
from shopwindow.values.query import Filters, QueryImage
from shopwindow.values.settings import Settings


class SilentService(SearchService):
    """A service whose store is away."""

    def suggest(
        self, text: str, limit: int = 8, filters: Filters | None = None
    ) -> tuple[Suggestion, ...]:
        raise StoreUnreachableError("http://10.0.0.1:6333")


def asked(service: SearchService, text: str) -> list[dict[str, object]]:
    with TestClient(Starlette(routes=[build_suggestion_route(service)])) as client:
        answer = client.get("/suggestions", params={"text": text})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return cast("list[dict[str, object]]", answer.json())


def test_the_route_answers_with_what_the_service_suggests(service: SearchService) -> None:
    found = asked(service, "red dre")
    assert found[0] == {
        "text": "red Dresses", "kind": "category", "value": "Dresses", "before": "red", "count": 12,
    }  # fmt: skip
    assert found[1]["text"] == "red dress"
    assert asked(service, "فست")[0]["text"] == "فستان"
    assert asked(service, "") == []
    assert asked(service, "x" * 50_000) == []


def test_a_store_that_is_away_suggests_nothing(shop: ProductIndex) -> None:
    assert asked(SilentService(shop), "red") == []


@pytest.mark.parametrize(("language", "label"), [("en", "Category"), ("ar", "الفئة")])
def test_the_list_is_hidden_and_knows_its_labels(language: str, label: str) -> None:
    html = render_suggestion_list("ar" if language == "ar" else "en", Filters())
    assert 'role="listbox"' in html
    assert f'data-category="{label}"' in html
    assert html.endswith("hidden></ul>")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (900, 300), (30, 30, 200))
    picture.paste((200, 30, 30), (0, 0, 450, 300))
    picture.save(tmp_path / "both.png")
    return tmp_path / "both.png"


def test_every_photo_has_a_tile_with_a_frame_of_its_own(photo: Path) -> None:
    view = View(photos=(QueryImage(photo), QueryImage(photo, (0, 0, 0.5, 1))))
    html = QueryImageRenderer(PhotoReader()).render_tiles(view)
    assert html.count('data-act="no_photo"') == html.count("<dialog") == 2
    assert 'data-crop="0.1500 0.1500 0.8500 0.8500"' in html
    assert 'data-crop="0.0000 0.0000 0.5000 1.0000"' in html
    assert 'data-part="1"' in html
    assert html.count("✂") == 1
    assert str(photo) not in html


def test_a_tile_shows_the_part_that_is_searched(photo: Path) -> None:
    given = QueryImageRenderer(PhotoReader())
    whole, left = (
        given.render_tiles(View(photos=(QueryImage(photo, crop),))).split("<dialog")[0]
        for crop in (None, (0.0, 0.0, 0.5, 1.0))
    )
    assert "data:image/jpeg" in whole
    assert whole.split('src="')[1].split('"')[0] != left.split('src="')[1].split('"')[0]


def test_the_frame_lies_over_the_photo_in_its_own_shape(photo: Path) -> None:
    html = QueryImageRenderer(PhotoReader()).render_tiles(View(photos=(QueryImage(photo),)))
    drawn = html.split("<dialog")[1].split("base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(drawn))) as picture:
        assert picture.size == (560, 187)


def test_a_bomb_is_told_and_has_an_empty_tile(service: SearchService, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png((60_000, 60_000), body=b"x"))
    view = PageController(service).search("", [str(tmp_path / "bomb.png")], View())
    assert view.notice is not None
    assert "60000 x 60000 pixels, at most 25,000,000" in view.notice.text
    assert str(tmp_path) not in view.notice.text
    tile = QueryImageRenderer(PhotoReader().for_queries()).render_tiles(view)
    assert "sw-unusable" in tile
    assert 'data-act="no_photo"' in tile  # it can be taken away


def test_uploads_reach_our_own_checks_as_files(service: SearchService) -> None:
    """Gradio's parts for pictures would open them in this process, without our limits."""
    blocks = build_page(service, Settings()).blocks.values()
    assert not [each for each in blocks if isinstance(each, gr.Image | gr.Gallery | gr.ImageEditor)]
    (photo,) = (each for each in blocks if isinstance(each, gr.File))
    assert photo.type == "filepath"
