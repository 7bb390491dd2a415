"""From a view to what each part of the page shows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from core.errors import PhotoError
from embed import PhotoReader
from ui.actions import Actions
from ui.markup import Markup, action, tag
from ui.photos import data_address, thumbnail
from ui.results import results
from ui.sidebar import sidebar
from ui.texts import DIRECTIONS, Language, language_of, say
from ui.view import View


class Renderer:
    """Draws the page's parts, in the order of `ui.page.Parts`.

    Args:
        actions: Does what buttons say, and counts for the filters.
        reader: Opens the photo that the visitor gave.
        tries: Example queries.
    """

    def __init__(self, actions: Actions, reader: PhotoReader, tries: Sequence[str]) -> None:
        self._actions = actions
        self._reader = reader
        self._tries = tuple(tries)

    def after(self, act: str, values: Mapping[str, Any], view: View) -> list[Any]:
        """Return the updates after one button was pressed."""
        if act == "example":
            text = str(values.get("value", ""))
            return self.updates(self._actions.search(text, "", view), box=text)
        if act == "no_photo":
            return self.updates(self._actions.search(view.text, "", view))
        now = self._actions.act(act, values, view)
        return self.updates(now, side=act != "more")

    def updates(self, view: View, box: str | None = None, side: bool = True) -> list[Any]:
        """Return what each part becomes.

        Args:
            view: What to show.
            box: New text of the query box; None leaves what the visitor types.
            side: Whether the filters may have changed.
        """
        no_photo = {} if view.photo else {"value": None}
        counts = self._actions.catalogue_facets(view.filters) if side else {}
        return [
            view,
            gr.skip() if box is None else gr.update(value=box),
            gr.update(visible=not view.photo, label=say("photo", view.language), **no_photo),
            gr.update(value=say("search", view.language)),
            brandline(view.language),
            self._given(view),
            tries(self._tries, view.language),
            sidebar(view, counts) if side else gr.skip(),
            results(view, self._actions.n_products()),
        ]

    def _given(self, view: View) -> str:
        if not view.photo:
            return ""
        try:
            shown = data_address(thumbnail(Path(view.photo), self._reader))
        except PhotoError:  # the results say why
            shown = ""
        return given_photo(shown, view.language)


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


def given_photo(address: str, language: Language) -> Markup:
    """Return the photo that the visitor gave, with the way to take it away."""
    name = say("your_photo" if address else "photo_unusable", language)
    photo = tag("img", src=address, alt=name) if address else tag("span", "?", aria_hidden="true")
    remove = say("remove_photo", language)
    return tag(
        "div.sw-given" if address else "div.sw-given.sw-unusable",
        photo,
        tag("span", name),
        action("no_photo", "×", class_="sw-x", aria_label=remove, title=remove),
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
