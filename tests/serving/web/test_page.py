"""The whole page: it builds without network, and HTTP and Python agree."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio
import httpx
import pytest
from gradio_client import Client, handle_file  # type: ignore[import-untyped]

import shopwindow.serving.web as ui
from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.view_queries import PAGE_SIZE
from shopwindow.serving.web.web_server import start_server
from shopwindow.values import Product, Query
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.query import QueryImage
from shopwindow.values.settings import ServerSettings, Settings

STATE, BOX, PHOTO, GO, TOP, BEGUN, GIVEN, TRIES, SIDE, MAIN = range(10)
LOOPBACK = pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])


@pytest.fixture
def renderer(service: SearchService) -> PageRenderer:
    return PageRenderer(PageController(service), PhotoReader(), ("red dress",))


def test_the_exported_names() -> None:
    assert ui.__all__ == ["build_page", "launch"]


def test_the_page_builds_without_network(service: SearchService) -> None:
    page = ui.build_page(service, Settings())
    assert isinstance(page, gradio.Blocks)
    assert page.analytics_enabled is False


def test_the_page_builds_over_an_empty_index(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        service = SearchService(index)
        ui.build_page(service, Settings())
        empty = PageRenderer(PageController(service), PhotoReader(), ()).render_updates(View())
        assert "shopwindow index" in empty[MAIN]
        assert empty[SIDE] == ""


def test_nothing_of_the_page_comes_from_elsewhere() -> None:
    folder = Path(ui.__file__).parent
    for file in (*folder.glob("*.css"), *folder.glob("*.js")):
        assert not re.search(r"https?:|@import|url\(", file.read_text("utf-8"))


def test_an_example_fills_the_box(renderer: PageRenderer) -> None:
    parts = renderer.render_action("example", {"value": "red dress"}, View())
    assert parts[BOX]["value"] == "red dress"
    assert "Results for “red dress”" in parts[MAIN]
    assert 'data-value="red dress"' in parts[TRIES]


def test_a_photo_is_shown_until_it_is_taken_away(
    renderer: PageRenderer, shop: ProductIndex
) -> None:
    photo = shop.get(["sku-0"])[0].image
    view = View(photos=(QueryImage(photo),) * 5)
    parts = renderer.render_updates(view)
    assert parts[GIVEN].count('class="sw-tile"') == 5
    assert "data:image/jpeg;base64," in parts[GIVEN]
    assert parts[PHOTO]["visible"] is False
    parts = renderer.render_action("no_photo", {"value": "3"}, view)
    assert parts[GIVEN].count('class="sw-tile"') == 4
    assert (parts[PHOTO]["visible"], parts[PHOTO]["value"]) == (True, None)
    assert renderer.render_updates(View())[GIVEN] == ""


def test_a_photo_that_cannot_be_used_can_be_taken_away(renderer: PageRenderer) -> None:
    given = renderer.render_updates(View(photos=(QueryImage("/nowhere/1.jpg"),), language="ar"))[
        GIVEN
    ]
    assert "<img" not in given
    assert "لا يمكن استخدامها" in given
    assert 'data-act="no_photo"' in given


def test_arabic_turns_every_part(renderer: PageRenderer) -> None:
    parts = renderer.render_updates(View(language="ar"))
    assert all('dir="rtl"' in parts[each] for each in (TOP, BEGUN, TRIES, SIDE, MAIN))
    assert parts[GO]["value"] == "بحث"


@pytest.fixture
def address(service: SearchService) -> Iterator[str]:
    page = start_server(service, Settings(server=ServerSettings(port=0)))
    yield page.local_url
    page.close(verbose=False)


def shown(client: Client, text: str, photo: Any = None) -> list[str]:
    """Return the ids on the cards of an answer over HTTP; the middle of the page comes last."""
    *_, html = client.predict(text, photo, api_name="/search")
    return re.findall(r'data-id="([^"]*)"', html)


@LOOPBACK
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_http_page_and_python_agree(
    address: str, service: SearchService, shop: ProductIndex
) -> None:
    client = Client(address, verbose=False, analytics_enabled=False)
    for text in ("red dress", "كوب أزرق", ""):
        expected = service.search(Query(text=text, limit=PAGE_SIZE))
        ids = [hit.product.id for hit in expected.hits]
        assert shown(client, text) == ids
    photo = shop.get(["sku-4"])[0].image
    expected = service.search(Query(text="mug", image=Path(photo), limit=PAGE_SIZE))
    ids = [hit.product.id for hit in expected.hits]
    assert shown(client, "mug", [handle_file(photo)]) == ids
    check_photos_and_files(address, photo)


def check_photos_and_files(address: str, photo: str) -> None:
    html = httpx.get(address).text
    assert "Shopwindow" in html
    assert not re.search(r'(?:src|href)="https?://', html)
    assert httpx.get(f"{address}product-photo", params={"id": "sku-0"}).status_code == 200
    assert httpx.get(f"{address}product-photo", params={"id": photo}).status_code == 404
    assert httpx.get(f"{address}gradio_api/file={photo}").status_code in {403, 404}
    # A file of this machine that was not uploaded.
    file = [{"path": photo, "meta": {"_type": "gradio.FileData"}}]
    call = f"{address}gradio_api/call/search"
    event = httpx.post(call, json={"data": ["mug", file]}).json()["event_id"]
    answer = httpx.get(f"{call}/{event}").text
    assert "event: error" in answer
    assert "data-id" not in answer


@LOOPBACK
def test_a_taken_port_is_named(service: SearchService) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSettingError, match=r"a free port of 127\.0\.0\.1"):
            start_server(service, Settings(server=ServerSettings(port=port)))


def test_a_product_that_attacks_is_shown_as_text(encoder: FakeEncoder) -> None:
    evil = Product('"><script>', "<script>alert(1)</script>", brand="<b>", category=("<i>", "'\""))
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([evil, Product("sku-1", "Mug", brand="Noor", category=("Home",))])
        renderer = PageRenderer(PageController(SearchService(index)), PhotoReader(), ())
        similar = renderer.render_action("similar", {"value": evil.id}, View())
        for parts in (
            renderer.render_updates(PageController(SearchService(index)).search("x", (), View())),
            similar,
        ):
            assert not re.search(r"<(script|b|i)>", parts[MAIN] + parts[SIDE])
            assert "&lt;script&gt;alert(1)" in parts[MAIN]
