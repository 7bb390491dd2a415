"""Renders a view as the updates of the page's blocks."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from embed import PhotoReader
from shopwindow.serving.web.actions import MAX_PHOTOS, PageController
from shopwindow.serving.web.components import render_block
from shopwindow.serving.web.query_images import QueryImageRenderer
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.suggestions import render_suggestion_list
from shopwindow.serving.web.translations import detect_language, translate
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import render_visitor_bar
from shopwindow.values.display_formats import Language

_FILLS_QUERY_BOX = frozenset({"example", "select_suggestion"})
"""Actions that write into the query box."""


class PageRenderer:
    """Renders the page's blocks, in the order of `shopwindow.serving.web.page.PageBlocks`.

    Args:
        controller: Handles the actions, and counts the facets.
        reader: Opens the photos that visitors upload.
        example_queries: Queries to try.
    """

    def __init__(
        self, controller: PageController, reader: PhotoReader, example_queries: Sequence[str]
    ) -> None:
        self._controller = controller
        self._query_images = QueryImageRenderer(reader)
        self._example_queries = tuple(example_queries)

    def render_action(self, act: str, values: Mapping[str, Any], view: View) -> list[Any]:
        """Return the updates of all blocks after one action.

        Args:
            act: The action; see `PageController.handle_action`.
            values: What the button carries.
            view: The view that it was pressed on.
        """
        next_view = self._controller.handle_action(act, values, view)
        return self.render_updates(
            next_view, with_query_box=act in _FILLS_QUERY_BOX, with_filters=act != "more"
        )

    def render_updates(
        self, view: View, with_query_box: bool = False, with_filters: bool = True
    ) -> list[Any]:
        """Return the update of each block.

        Args:
            view: What to show.
            with_query_box: Whether the query box gets the view's text; else what is typed stays.
            with_filters: Whether the filters may have changed.
        """
        language, is_full = view.language, len(view.photos) >= MAX_PHOTOS
        counts = self._controller.count_facets(view.filters) if with_filters else {}
        # Examples come from every merchant's products: not shown on one merchant's page.
        examples = () if view.filters.merchant_id else self._example_queries
        return [
            view,
            gr.update(value=view.text) if with_query_box else gr.skip(),
            gr.update(visible=not is_full, label=translate("add_photo", language), value=None),
            gr.update(value=translate("search", language)),
            render_header(language) + render_visitor_bar(view),
            render_suggestion_list(language, view.filters),
            self._query_images.render_tiles(view),
            render_example_queries(examples, language),
            render_sidebar(view, counts) if with_filters else gr.skip(),
            render_results(view, self._controller.count_products()),
        ]


def render_header(language: Language) -> Markup:
    """Return the name of the page, its tagline, and the switch to the other language."""
    return render_block(
        "header",
        language,
        tagline=translate("tagline", language),
        other_language="en" if language == "ar" else "ar",
        other_language_name=translate("other_language", language),
    )


def render_example_queries(queries: Sequence[str], language: Language) -> Markup:
    """Return example queries as chips."""
    if not queries:
        return Markup("")
    return render_block(
        "example_queries",
        language,
        label=translate("try_searching", language),
        queries={query: detect_language(query) for query in queries},
    )
