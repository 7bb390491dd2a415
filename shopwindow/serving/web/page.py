"""The page as Gradio blocks, and the events that update them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from embed import PhotoReader
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.example_queries import build_example_queries
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.translations import PLACEHOLDER, translate
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values.settings import Settings

_FOLDER = Path(__file__).parent
SCRIPT = (_FOLDER / "page.js").read_text("utf-8")
CROP_SCRIPT = (_FOLDER / "crop.js").read_text("utf-8")
SUGGEST_SCRIPT = (_FOLDER / "suggest.js").read_text("utf-8")
MAX_CONCURRENCY = 8
"""Visitors served at the same time; searching is safe from several threads."""

_UPLOAD_CLEANUP_S = (3600, 24 * 3600)  # every hour, delete uploads older than a day


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """Every block that an action may change, in the order of its outputs."""

    state: Any
    query_box: Any
    photo: Any
    search_button: Any
    header: Any
    suggestions: Any
    query_images: Any
    example_queries: Any
    filters: Any
    results: Any

    def list_blocks(self) -> list[Any]:
        """Return the blocks in the order of the fields."""
        return [getattr(self, name) for name in self.__slots__]

    def list_clickable(self) -> Sequence[Any]:
        """Return the blocks that hold our own HTML, whose buttons trigger actions."""
        return (
            self.header,
            self.suggestions,
            self.query_images,
            self.example_queries,
            self.filters,
            self.results,
        )


def build_page(service: SearchService, settings: Settings) -> gr.Blocks:
    """Return the page over one search service; `launch` serves it with its styles and photos.

    Args:
        service: Answers the queries.
        settings: Limits on photos, and the default diversity.
    """
    controller = PageController(service)
    renderer = PageRenderer(
        controller, PhotoReader(settings.photo).for_queries(), build_example_queries(service)
    )
    page = gr.Blocks(
        title="Shopwindow",
        analytics_enabled=False,
        delete_cache=_UPLOAD_CLEANUP_S,
        fill_width=True,
    )
    with page:
        blocks = _layout(View(choices=ResultChoices(diversity=settings.search.diversity)))
        _wire(page, blocks, controller, renderer)
    page.queue(default_concurrency_limit=MAX_CONCURRENCY)
    return page


def _layout(initial_view: View) -> PageBlocks:
    state = gr.State(initial_view)
    with gr.Column(elem_id="sw-top"):
        header = _html("sw-header")
        with gr.Row(elem_id="sw-search-bar", equal_height=True):
            query_box = gr.Textbox(
                placeholder=PLACEHOLDER,
                label="Search / بحث",
                show_label=False,
                container=False,
                autofocus=True,
                elem_id="sw-query",
                scale=1,
            )
            suggestions = _html("sw-suggestion-box", SUGGEST_SCRIPT)
            photo = gr.File(
                label="Photo",
                show_label=False,
                file_count="multiple",
                type="filepath",
                file_types=["image"],
                elem_id="sw-photo",
                min_width=150,
                scale=0,
            )
            query_images = _html("sw-query-images", CROP_SCRIPT)
            search_button = gr.Button(
                translate("search", "en"),
                variant="primary",
                elem_id="sw-search-button",
                min_width=110,
                scale=0,
            )
        examples = _html("sw-examples")
    with gr.Row(elem_id="sw-body"):
        sidebar, main = _html("sw-sidebar"), _html("sw-main")
    return PageBlocks(
        state,
        query_box,
        photo,
        search_button,
        header,
        suggestions,
        query_images,
        examples,
        sidebar,
        main,
    )


def _html(elem_id: str, script: str = "") -> Any:
    return gr.HTML("", js_on_load=SCRIPT + script, apply_default_css=False, elem_id=elem_id)


def _wire(
    page: gr.Blocks, blocks: PageBlocks, controller: PageController, renderer: PageRenderer
) -> None:
    def open_page(view: View) -> list[Any]:
        return renderer.render_updates(controller.open_page(view))

    def search(text: str | None, photos: list[str] | None, view: View) -> list[Any]:
        return renderer.render_updates(controller.search(text or "", photos or (), view))

    def act(view: View, event: gr.EventData) -> list[Any]:
        payload = getattr(event, "payload", None)
        values = payload if isinstance(payload, dict) else {}
        return renderer.render_action(str(values.get("act", "")), values, view)

    common: dict[str, Any] = {
        "outputs": blocks.list_blocks(),
        "show_progress": "minimal",
        "show_progress_on": blocks.results,
    }
    page.load(open_page, blocks.state, api_visibility="private", **common)
    gr.on(
        [blocks.query_box.submit, blocks.search_button.click, blocks.photo.upload],
        search,
        [blocks.query_box, blocks.photo, blocks.state],
        api_name="search",
        trigger_mode="always_last",
        **common,
    )
    for block in blocks.list_clickable():
        block.act(act, blocks.state, api_visibility="private", trigger_mode="always_last", **common)
