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

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.serving import web
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.view_queries import PAGE_SIZE
from shopwindow.serving.web.web_server import start_server
from shopwindow.values import Product, Query
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.query import QueryImage
from shopwindow.values.setting_groups import ServerSettings
from shopwindow.values.settings import Settings

STATE, QUERY, PHOTO, SEARCH, HEADER, SUGGESTIONS, QUERY_IMAGES, EXAMPLES, FILTERS, RESULTS = range(
    10
)
LOOPBACK = pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])


@pytest.fixture
def renderer(service: SearchService) -> PageRenderer:
    return PageRenderer(PageController(service), PhotoReader(), ("red dress",))


def test_the_exported_names() -> None:
    assert web.__all__ == ["build_page", "launch"]


def test_the_page_builds_without_network(service: SearchService) -> None:
    page = web.build_page(service, Settings())
    assert isinstance(page, gradio.Blocks)
    assert page.analytics_enabled is False


def test_the_page_builds_over_an_empty_index(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        service = SearchService(index)
        web.build_page(service, Settings())
        empty = PageRenderer(PageController(service), PhotoReader(), ()).render_updates(View())
        assert "shopwindow index" in empty[RESULTS]
        assert empty[FILTERS] == ""


def test_styles_and_scripts_load_nothing_from_the_web() -> None:
    folder = Path(web.__file__).parent
    for file in (*folder.glob("*.css"), *folder.glob("*.js")):
        assert not re.search(r"https?:|@import|url\(", file.read_text("utf-8"))


def test_an_example_fills_the_query_box(renderer: PageRenderer) -> None:
    updates = renderer.render_action("example", {"value": "red dress"}, View())
    assert updates[QUERY]["value"] == "red dress"
    assert "Results for “red dress”" in updates[RESULTS]
    assert 'data-value="red dress"' in updates[EXAMPLES]


def test_a_photo_is_shown_until_it_is_removed(renderer: PageRenderer, shop: ProductIndex) -> None:
    photo = shop.get(["sku-0"])[0].image
    view = View(photos=(QueryImage(photo),) * 5)
    updates = renderer.render_updates(view)
    assert updates[QUERY_IMAGES].count('class="sw-tile"') == 5
    assert "data:image/jpeg;base64," in updates[QUERY_IMAGES]
    assert updates[PHOTO]["visible"] is False
    updates = renderer.render_action("remove_photo", {"value": "3"}, view)
    assert updates[QUERY_IMAGES].count('class="sw-tile"') == 4
    assert (updates[PHOTO]["visible"], updates[PHOTO]["value"]) == (True, None)
    assert renderer.render_updates(View())[QUERY_IMAGES] == ""


def test_an_unusable_photo_can_be_removed(renderer: PageRenderer) -> None:
    tiles = renderer.render_updates(View(photos=(QueryImage("/nowhere/1.jpg"),), language="ar"))[
        QUERY_IMAGES
    ]
    assert "<img" not in tiles
    assert "لا يمكن استخدام هذه الصورة" in tiles
    assert 'data-act="remove_photo"' in tiles


def test_every_block_is_right_to_left_in_arabic(renderer: PageRenderer) -> None:
    updates = renderer.render_updates(View(language="ar"))
    assert all(
        'dir="rtl"' in updates[block] for block in (HEADER, SUGGESTIONS, EXAMPLES, FILTERS, RESULTS)
    )
    assert updates[SEARCH]["value"] == "بحث"


@pytest.fixture
def address(service: SearchService) -> Iterator[str]:
    page = start_server(service, Settings(server=ServerSettings(port=0)))
    yield page.local_url
    page.close(verbose=False)


def fetch_ids(client: Client, text: str, photo: Any = None) -> list[str]:
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
        assert fetch_ids(client, text) == ids
    photo = shop.get(["sku-4"])[0].image
    expected = service.search(Query(text="mug", image=Path(photo), limit=PAGE_SIZE))
    ids = [hit.product.id for hit in expected.hits]
    assert fetch_ids(client, "mug", [handle_file(photo)]) == ids
    check_no_file_leaks(address, photo)


def check_no_file_leaks(address: str, photo: str) -> None:
    html = httpx.get(address).text
    assert "Shopwindow" in html
    assert not re.search(r'(?:src|href)="https?://', html)
    shown = httpx.get(f"{address}product-photo", params={"id": "sku-0"})
    assert shown.status_code == 200
    assert shown.headers["cache-control"].startswith("private, ")  # no cache that others share
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
def test_a_port_in_use_is_reported(service: SearchService) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSettingError, match=r"a free port of 127\.0\.0\.1"):
            start_server(service, Settings(server=ServerSettings(port=port)))


def test_a_malicious_product_is_escaped(encoder: FakeEncoder) -> None:
    malicious = Product(
        '"><script>', "<script>alert(1)</script>", brand="<b>", category=("<i>", "'\"")
    )
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([malicious, Product("sku-1", "Mug", brand="Noor", category=("Home",))])
        renderer = PageRenderer(PageController(SearchService(index)), PhotoReader(), ())
        similar = renderer.render_action("similar", {"value": malicious.id}, View())
        for updates in (
            renderer.render_updates(PageController(SearchService(index)).search("x", (), View())),
            similar,
        ):
            assert not re.search(r"<(script|b|i)>", updates[RESULTS] + updates[FILTERS])
            assert "&lt;script&gt;alert(1)" in updates[RESULTS]
