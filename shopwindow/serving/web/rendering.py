"""From a view to what each part of the page shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from embed import PhotoReader
from shopwindow.serving.web.actions import MAX_PHOTOS, PageController
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.query_images import QueryImageRenderer
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.suggestions import render_suggestion_list
from shopwindow.serving.web.translations import (
    TEXT_DIRECTIONS,
    Language,
    detect_language,
    translate,
)
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import render_visitor_bar

_WRITING = frozenset({"example", "select_suggestion"})
"""Actions that write into the query box."""


class PageRenderer:
    """Draws the page's parts, in the order of `shopwindow.serving.web.page.PageBlocks`.

    Args:
        controller: Does what buttons say, and counts for the filters.
        reader: Opens the photos that visitors give.
        example_queries: Example queries.
    """

    def __init__(
        self, controller: PageController, reader: PhotoReader, example_queries: Sequence[str]
    ) -> None:
        self._actions = controller
        self._given = QueryImageRenderer(reader)
        self._tries = tuple(example_queries)

    def render_action(self, act: str, values: Mapping[str, Any], view: View) -> list[Any]:
        """Return the updates after one button was pressed."""
        now = self._actions.handle_action(act, values, view)
        return self.render_updates(now, with_query_box=act in _WRITING, with_filters=act != "more")

    def render_updates(
        self, view: View, with_query_box: bool = False, with_filters: bool = True
    ) -> list[Any]:
        """Return what each part becomes.

        Args:
            view: What to show.
            with_query_box: Whether the query box gets the view's words; else it keeps what is typed.
            with_filters: Whether the filters may have changed.
        """
        language, is_full = view.language, len(view.photos) >= MAX_PHOTOS
        counts = self._actions.count_facets(view.filters) if with_filters else {}
        return [
            view,
            gr.update(value=view.text) if with_query_box else gr.skip(),
            gr.update(visible=not is_full, label=translate("photo", language), value=None),
            gr.update(value=translate("search", language)),
            join((render_header(language), render_visitor_bar(view))),
            render_suggestion_list(language, view.filters),
            self._given.render_tiles(view),
            # Examples are everybody's: under one shop's name they would be others' words.
            render_example_queries(() if view.filters.merchant_id else self._tries, language),
            render_sidebar(view, counts) if with_filters else gr.skip(),
            render_results(view, self._actions.count_products()),
        ]


def render_header(language: Language) -> Markup:
    """Return the name of the page, what it is for, and the switch to the other language."""
    other = "en" if language == "ar" else "ar"
    return tag(
        "div.sw-brandline",
        tag("h1", "Shopwindow"),
        tag("p", translate("tagline", language)),
        action_button(
            "language",
            translate("other_language", language),
            class_="sw-link",
            lang=other,
            data_key="language",
        ),
        dir=TEXT_DIRECTIONS[language],
        lang=language,
    )


def render_example_queries(queries: Sequence[str], language: Language) -> Markup:
    """Return example queries as chips."""
    if not queries:
        return Markup("")
    chips = [
        action_button(
            "example",
            each,
            class_="sw-chip",
            dir="auto",
            lang=detect_language(each),
            data_value=each,
            data_key=f"try {each}",
        )
        for each in queries
    ]
    label = tag("span.sw-label", translate("try", language))
    return tag("div.sw-chips", label, *chips, dir=TEXT_DIRECTIONS[language], lang=language)
