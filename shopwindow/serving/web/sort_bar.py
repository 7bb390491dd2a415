"""The quiet line above the products: their order, how varied they are, photo against words."""

from typing import get_args

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.notices import render_collapse_toggle
from shopwindow.serving.web.translations import Language, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values.query import Sort

DIVERSITY_LEVELS = (("off", 0.0), ("some", 0.3), ("more", 0.6))
"""Steps of the dial, and the diversity that each asks for."""

_EVEN = 0.5


def render_sort_bar(view: View) -> Markup:
    """Return the controls that apply to the answer; none to the likes of a product."""
    if view.similar_to is not None or not view.hits:
        return Markup("")
    by_relevance = view.choices.sort == "relevance"
    return tag(
        "div.sw-order",
        _sorts(view),
        _varieties(view) if view.has_query and by_relevance else "",
        _share(view) if view.photos and view.text.strip() else "",
        render_collapse_toggle(view),
    )


def _sorts(view: View) -> Markup:
    options = [
        tag(
            "option",
            translate(f"sort_{each}", view.language),
            value=each,
            selected=each == view.choices.sort,
        )
        for each in get_args(Sort)
    ]
    menu = tag("select", *options, data_change="sort", data_key="sort")
    return tag("label", tag("span.sw-label", translate("sort", view.language)), menu)


def _varieties(view: View) -> Markup:
    now = view.choices.diversity or 0.0
    nearest = min((value for _, value in DIVERSITY_LEVELS), key=lambda value: abs(value - now))
    steps = [
        _step(name, value, value == nearest, view.language) for name, value in DIVERSITY_LEVELS
    ]
    label = translate("variety", view.language)
    head = tag("span.sw-label", label)
    return tag("span.sw-steps", head, *steps, role="group", aria_label=label)


def _step(name: str, value: float, is_on: bool, language: Language) -> Markup:
    return action_button(
        "diversity",
        translate(f"variety_{name}", language),
        data_value=f"{value}",
        data_key=f"variety {name}",
        aria_pressed="true" if is_on else "false",
    )


def _share(view: View) -> Markup:
    share = view.choices.image_weight
    slider = tag(
        "input",
        type="range",
        min="0",
        max="1",
        step="0.1",
        value=f"{_EVEN if share is None else share:.1f}",
        aria_label=translate("share", view.language),
        data_change="share",
        data_key="share",
    )
    words, photo = (translate(name, view.language) for name in ("share_words", "share_photo"))
    return tag("label.sw-share", tag("span", words), slider, tag("span", photo))
