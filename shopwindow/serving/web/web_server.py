"""Serves the page and the photos of its products, and no other file of this machine."""

import logging
import re
import socket
import time
from pathlib import Path

import gradio as gr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embed import PhotoReader
from search import SearchService
from shopwindow.serving.web.cards import PHOTO_ROUTE
from shopwindow.serving.web.data_export import build_export_route
from shopwindow.serving.web.feed_check import (
    FEED_CHECK_ROUTE,
    build_feed_check_route,
    is_feed_check_enabled,
)
from shopwindow.serving.web.page import MAX_CONCURRENCY, build_page
from shopwindow.serving.web.suggestions import build_suggestion_route
from shopwindow.serving.web.thumbnails import ProductPhotos
from shopwindow.values.errors import InvalidSettingError, ShopwindowError
from shopwindow.values.setting_groups import ServerSettings
from shopwindow.values.settings import Settings

_STYLE_NAMES = ("style.css", "search.css", "visitor.css")
_STYLES = tuple(Path(__file__).with_name(name) for name in _STYLE_NAMES)
_FONTS = ("system-ui", "sans-serif")
_CACHE_HEADERS = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
_PHOTO_NUMBER = re.compile("[0-9]{1,3}")
_POLL_INTERVAL_S = 0.2
LOG = logging.getLogger(__name__)


def launch(service: SearchService, settings: Settings) -> None:
    """Serve the page until Ctrl-C, after printing its address.

    Args:
        service: Answers the queries.
        settings: Host and port, and limits on photos.

    Raises:
        InvalidSettingError: The port is taken, or the host is not one of this machine.
    """
    page = start_server(service, settings)
    print(f"Shopwindow is at {page.local_url} (Ctrl-C stops it)", flush=True)  # noqa: T201
    if is_feed_check_enabled(settings.server):
        print(f"Product feeds are checked at {page.local_url}{FEED_CHECK_ROUTE}", flush=True)  # noqa: T201
    try:
        while page.is_running:
            time.sleep(_POLL_INTERVAL_S)
    except KeyboardInterrupt:
        LOG.info("stopped by Ctrl-C")
    finally:
        page.close(verbose=False)


def start_server(service: SearchService, settings: Settings) -> gr.Blocks:
    """Serve the page from a thread and return at once.

    Returns:
        The page; `local_url` is its address, `close()` stops it.

    Raises:
        InvalidSettingError: The port is taken, or the host is not one of this machine.
    """
    port = _find_usable_port(settings.server)
    routes = [
        build_photo_route(service, settings),
        build_suggestion_route(service),
        build_export_route(service),
    ]
    if is_feed_check_enabled(settings.server):
        routes.append(build_feed_check_route())
    page = build_page(service, settings)
    page.launch(
        server_name=settings.server.host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        inbrowser=False,
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        max_threads=MAX_CONCURRENCY,
        max_file_size=settings.photo.for_queries().max_bytes,
        app_kwargs={"routes": routes},
        theme=gr.themes.Base(font=_FONTS, font_mono=("monospace",)),
        # Not `css_paths`: Gradio rewrites those rules and breaks `:is()` and `@media`.
        head=f"<style>{''.join(path.read_text('utf-8') for path in _STYLES)}</style>",
    )
    return page


def _find_usable_port(server: ServerSettings) -> int:
    """Return the port to listen on, after binding it once: Gradio's error names its own settings.

    Raises:
        InvalidSettingError: The port is taken, or the host is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        with socket.create_server((server.host, server.port), family=family) as probe:
            return int(probe.getsockname()[1])
    except OSError as exc:
        expected = f"a free port of {server.host} (0 takes any)"
        raise InvalidSettingError("SHOPWINDOW_SERVER__PORT", expected, server.port) from exc


def build_photo_route(service: SearchService, settings: Settings) -> Route:
    """Return the route that answers a product id, and a photo's number, with that photo."""
    photos = ProductPhotos(service.index, PhotoReader(settings.photo))

    async def get_photo(request: Request) -> Response:
        parameters = request.query_params
        product_id, number = parameters.get("id", ""), parameters.get("n", "0")
        return await run_in_threadpool(_answer, photos, product_id, number)

    return Route(f"/{PHOTO_ROUTE}", get_photo)


def _answer(photos: ProductPhotos, product_id: str, number: str) -> Response:
    position = int(number) if _PHOTO_NUMBER.fullmatch(number) else -1
    try:
        jpeg = photos.get_jpeg(product_id, position)
        return Response(jpeg, media_type="image/jpeg", headers=_CACHE_HEADERS)
    except ShopwindowError as error:
        LOG.info("no photo of %r: %s", product_id, error)
        return Response("no photo", 404, _CACHE_HEADERS, media_type="text/plain")
