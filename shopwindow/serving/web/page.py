"""The page as Gradio blocks: parts, and what happens when a visitor uses them."""

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

_FORGET_UPLOADS = (3600, 24 * 3600)  # look every hour for what is older than a day, in seconds


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
        """Return the parts of our own HTML."""
        return (
            self.header,
            self.suggestions,
            self.query_images,
            self.example_queries,
            self.filters,
            self.results,
        )


def build_page(service: SearchService, settings: Settings) -> gr.Blocks:
    """Return the page over one search service; `ui.launch` serves it with its style and photos.

    Args:
        service: Answers the queries.
        settings: Limits on photos.
    """
    actions = PageController(service)
    renderer = PageRenderer(
        actions, PhotoReader(settings.photo).for_queries(), build_example_queries(service)
    )
    page = gr.Blocks(
        title="Shopwindow",
        analytics_enabled=False,
        delete_cache=_FORGET_UPLOADS,
        fill_width=True,
    )
    with page:
        parts = _layout(View(choices=ResultChoices(diversity=settings.search.diversity)))
        _wire(page, parts, actions, renderer)
    page.queue(default_concurrency_limit=MAX_CONCURRENCY)
    return page


def _layout(first: View) -> PageBlocks:
    state = gr.State(first)
    with gr.Column(elem_id="sw-top"):
        top = _html("sw-brandline")
        with gr.Row(elem_id="sw-ask", equal_height=True):
            box = gr.Textbox(
                placeholder=PLACEHOLDER,
                label="Search / بحث",
                show_label=False,
                container=False,
                autofocus=True,
                elem_id="sw-box",
                scale=1,
            )
            begun = _html("sw-begun", SUGGEST_SCRIPT)
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
            given = _html("sw-given", CROP_SCRIPT)
            go = gr.Button(
                translate("search", "en"),
                variant="primary",
                elem_id="sw-go",
                min_width=110,
                scale=0,
            )
        tries = _html("sw-tries")
    with gr.Row(elem_id="sw-body"):
        side, main = _html("sw-side"), _html("sw-main")
    return PageBlocks(state, box, photo, go, top, begun, given, tries, side, main)


def _html(elem_id: str, script: str = "") -> Any:
    return gr.HTML("", js_on_load=SCRIPT + script, apply_default_css=False, elem_id=elem_id)


def _wire(
    page: gr.Blocks, parts: PageBlocks, actions: PageController, renderer: PageRenderer
) -> None:
    def first(view: View) -> list[Any]:
        return renderer.render_updates(actions.open_page(view))

    def search(text: str | None, photos: list[str] | None, view: View) -> list[Any]:
        return renderer.render_updates(actions.search(text or "", photos or (), view))

    def act(view: View, event: gr.EventData) -> list[Any]:
        what = getattr(event, "what", None)
        values = what if isinstance(what, dict) else {}
        return renderer.render_action(str(values.get("act", "")), values, view)

    common: dict[str, Any] = {
        "outputs": parts.list_blocks(),
        "show_progress": "minimal",
        "show_progress_on": parts.results,
    }
    page.load(first, parts.state, api_visibility="private", **common)
    gr.on(
        [parts.query_box.submit, parts.search_button.click, parts.photo.upload],
        search,
        [parts.query_box, parts.photo, parts.state],
        api_name="search",
        trigger_mode="always_last",
        **common,
    )
    for part in parts.list_clickable():
        part.act(act, parts.state, api_visibility="private", trigger_mode="always_last", **common)
