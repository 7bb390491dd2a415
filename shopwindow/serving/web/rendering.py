"""From a view to what each part of the page shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from embed import PhotoReader
from shopwindow.serving.web.actions import MAX_PHOTOS, Actions
from shopwindow.serving.web.markup import Markup, action, join, tag
from shopwindow.serving.web.query_images import GivenPhotos
from shopwindow.serving.web.results import results
from shopwindow.serving.web.sidebar import sidebar
from shopwindow.serving.web.suggestions import suggestion_list
from shopwindow.serving.web.translations import DIRECTIONS, Language, language_of, say
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import visit_bar

_WRITING = frozenset({"example", "suggested"})
"""Actions that write into the query box."""


class Renderer:
    """Draws the page's parts, in the order of `shopwindow.serving.web.page.Parts`.

    Args:
        actions: Does what buttons say, and counts for the filters.
        reader: Opens the photos that visitors give.
        tries: Example queries.
    """

    def __init__(self, actions: Actions, reader: PhotoReader, tries: Sequence[str]) -> None:
        self._actions = actions
        self._given = GivenPhotos(reader)
        self._tries = tuple(tries)

    def after(self, act: str, values: Mapping[str, Any], view: View) -> list[Any]:
        """Return the updates after one button was pressed."""
        now = self._actions.act(act, values, view)
        return self.updates(now, box=act in _WRITING, side=act != "more")

    def updates(self, view: View, box: bool = False, side: bool = True) -> list[Any]:
        """Return what each part becomes.

        Args:
            view: What to show.
            box: Whether the query box gets the view's words; else it keeps what is typed.
            side: Whether the filters may have changed.
        """
        language, is_full = view.language, len(view.photos) >= MAX_PHOTOS
        counts = self._actions.catalogue_facets(view.filters) if side else {}
        return [
            view,
            gr.update(value=view.text) if box else gr.skip(),
            gr.update(visible=not is_full, label=say("photo", language), value=None),
            gr.update(value=say("search", language)),
            join((brandline(language), visit_bar(view))),
            suggestion_list(language, view.filters),
            self._given.tiles(view),
            # Examples are everybody's: under one shop's name they would be others' words.
            tries(() if view.filters.merchant_id else self._tries, language),
            sidebar(view, counts) if side else gr.skip(),
            results(view, self._actions.n_products()),
        ]


def brandline(language: Language) -> Markup:
    """Return the name of the page, what it is for, and the switch to the other language."""
    other = "en" if language == "ar" else "ar"
    return tag(
        "div.sw-brandline",
        tag("h1", "Shopwindow"),
        tag("p", say("tagline", language)),
        action(
            "language",
            say("other_language", language),
            class_="sw-link",
            lang=other,
            data_key="language",
        ),
        dir=DIRECTIONS[language],
        lang=language,
    )


def tries(queries: Sequence[str], language: Language) -> Markup:
    """Return example queries as chips."""
    if not queries:
        return Markup("")
    chips = [
        action(
            "example",
            each,
            class_="sw-chip",
            dir="auto",
            lang=language_of(each),
            data_value=each,
            data_key=f"try {each}",
        )
        for each in queries
    ]
    label = tag("span.sw-label", say("try", language))
    return tag("div.sw-chips", label, *chips, dir=DIRECTIONS[language], lang=language)
