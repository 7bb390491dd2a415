"""The bar above the hits: sort order, variety, weight of the photo, grouping of variants."""

from dataclasses import dataclass
from typing import get_args

from markupsafe import Markup

from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.notices import render_collapse_toggle
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import Sort

DIVERSITY_LEVELS = (("off", 0.0), ("medium", 0.3), ("high", 0.6))
"""Levels of variety, and the `Query.diversity` of each."""

_DEFAULT_IMAGE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values to choose from.

    Attributes:
        name: Its name, the same in every language.
        value: The value, as the control sends it.
        label: What it is called.
        is_selected: Whether it is the one in force.
    """

    name: str
    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class ImageWeightSlider:
    """The slider between text and photo.

    Attributes:
        value: Weight of the photo, 0 to 1, as the control sends it.
        label: What it is for.
        text: What stands at its start.
        photo: What stands at its end.
    """

    value: str
    label: str
    text: str
    photo: str


def render_sort_bar(view: View) -> Markup:
    """Return the controls that apply to the hits; none on a product's page."""
    if view.similar_to is not None or not view.hits:
        return Markup("")
    is_by_relevance = view.choices.sort == "relevance"
    return render_component(
        "sort_bar",
        sort=translate("sort", view.language),
        orders=_build_orders(view),
        variety=translate("variety", view.language),
        diversity_levels=_build_levels(view) if view.has_query and is_by_relevance else (),
        image_weight=_build_slider(view) if view.photos and view.text.strip() else None,
        collapse_toggle=render_collapse_toggle(view),
    )


def _build_orders(view: View) -> list[Choice]:
    return [
        Choice(sort, sort, translate(f"sort_{sort}", view.language), sort == view.choices.sort)
        for sort in get_args(Sort)
    ]


def _build_levels(view: View) -> list[Choice]:
    diversity = view.choices.diversity or 0.0
    nearest = min(
        (value for _, value in DIVERSITY_LEVELS), key=lambda value: abs(value - diversity)
    )
    return [
        Choice(name, f"{value}", translate(f"variety_{name}", view.language), value == nearest)
        for name, value in DIVERSITY_LEVELS
    ]


def _build_slider(view: View) -> ImageWeightSlider:
    weight, language = view.choices.image_weight, view.language
    return ImageWeightSlider(
        f"{_DEFAULT_IMAGE_WEIGHT if weight is None else weight:.1f}",
        translate("image_weight", language),
        translate("image_weight_text", language),
        translate("image_weight_photo", language),
    )
