"""The bar above the hits: sort order, variety, weight of the photo, grouping of variants."""

from typing import get_args

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.notices import render_collapse_toggle
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import Sort
from shopwindow.values.display_formats import Language

DIVERSITY_LEVELS = (("off", 0.0), ("medium", 0.3), ("high", 0.6))
"""Levels of variety, and the `Query.diversity` of each."""

_DEFAULT_IMAGE_WEIGHT = 0.5


def render_sort_bar(view: View) -> Markup:
    """Return the controls that apply to the hits; none on a product's page."""
    if view.similar_to is not None or not view.hits:
        return Markup("")
    is_by_relevance = view.choices.sort == "relevance"
    return tag(
        "div.sw-sort-bar",
        _render_sort_menu(view),
        _render_diversity_levels(view) if view.has_query and is_by_relevance else "",
        _render_image_weight(view) if view.photos and view.text.strip() else "",
        render_collapse_toggle(view),
    )


def _render_sort_menu(view: View) -> Markup:
    options = [
        tag(
            "option",
            translate(f"sort_{sort}", view.language),
            value=sort,
            selected=sort == view.choices.sort,
        )
        for sort in get_args(Sort)
    ]
    menu = tag("select", *options, data_change="sort", data_key="sort")
    return tag("label", tag("span.sw-label", translate("sort", view.language)), menu)


def _render_diversity_levels(view: View) -> Markup:
    diversity = view.choices.diversity or 0.0
    nearest = min(
        (value for _, value in DIVERSITY_LEVELS), key=lambda value: abs(value - diversity)
    )
    steps = [
        _render_diversity_level(name, value, value == nearest, view.language)
        for name, value in DIVERSITY_LEVELS
    ]
    label = translate("variety", view.language)
    head = tag("span.sw-label", label)
    return tag("span.sw-steps", head, *steps, role="group", aria_label=label)


def _render_diversity_level(name: str, value: float, is_on: bool, language: Language) -> Markup:
    return action_button(
        "diversity",
        translate(f"variety_{name}", language),
        data_value=f"{value}",
        data_key=f"diversity {name}",
        aria_pressed="true" if is_on else "false",
    )


def _render_image_weight(view: View) -> Markup:
    weight, language = view.choices.image_weight, view.language
    slider = tag(
        "input",
        type="range",
        min="0",
        max="1",
        step="0.1",
        value=f"{_DEFAULT_IMAGE_WEIGHT if weight is None else weight:.1f}",
        aria_label=translate("image_weight", language),
        data_change="image_weight",
        data_key="image_weight",
    )
    text, photo = (translate(f"image_weight_{side}", language) for side in ("text", "photo"))
    return tag("label.sw-image-weight", tag("span", text), slider, tag("span", photo))
