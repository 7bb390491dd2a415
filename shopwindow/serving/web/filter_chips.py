"""Chips above the hits: active filters, negative examples, and facet values to filter by."""

from dataclasses import dataclass

from markupsafe import Markup

from index import CATEGORY_SEPARATOR
from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.translations import localize_title, translate
from shopwindow.serving.web.view_model import View, get_selected_values
from shopwindow.values import Filters, Product
from shopwindow.values.display_formats import Language, format_number, format_price

_MAX_CHIPS = {"category": 5, "brand": 4, "merchant_id": 2}


@dataclass(frozen=True, slots=True)
class FacetChip:
    """A facet value to filter by.

    Attributes:
        name: Name of the facet, as filters name it.
        value: Its value.
        facet: Name of the facet, as people call it.
        label: Its value, shortened.
        count: Products that have it, as text.
        shows_facet: Whether the value alone does not say what it is.
    """

    name: str
    value: str
    facet: str
    label: str
    count: str
    shows_facet: bool


@dataclass(frozen=True, slots=True)
class ActiveChip:
    """An active filter or negative example, which a click removes.

    Attributes:
        name: Name of the filter; empty for a negative example.
        value: Value of the filter, or id of the product.
        label: What it is.
        remove: What a click does.
    """

    name: str
    value: str
    label: str
    remove: str


def render_facet_chips(view: View) -> Markup:
    """Return the facet values of a search as chips; browsing has the filters for that.

    A value that every product of the response has, or only one, is left out.
    """
    if view.facet_scope != "candidates" or view.similar_to or len(view.hits) < 2:
        return Markup("")
    chips = [chip for name in _MAX_CHIPS for chip in _build_facet_chips(view, name)]
    if not chips:
        return Markup("")
    label = translate("refine_results", view.language)
    return render_component("facet_chips", label=label, chips=chips)


def _build_facet_chips(view: View, name: str) -> list[FacetChip]:
    selected = get_selected_values(view.filters, name)
    useful = [
        (value, count)
        for value, count in view.facets.get(name, {}).items()
        if value and value not in selected and 1 < count < view.n_found
    ]
    return [
        FacetChip(
            name,
            value,
            facet=translate(name, view.language),
            label=" › ".join(value.split(CATEGORY_SEPARATOR)[-2:]),
            count=format_number(count),
            shows_facet=name == "merchant_id",
        )
        for value, count in useful[: _MAX_CHIPS[name]]
    ]


def list_active_filters(filters: Filters, language: Language) -> list[tuple[str, str, str]]:
    """Return the active filters, as (name, value, label)."""
    active = [
        (name, value, value.split(CATEGORY_SEPARATOR)[-1])
        for name in _MAX_CHIPS
        for value in get_selected_values(filters, name)
    ]
    if filters.price_min is not None or filters.price_max is not None:
        label = format_price_range(
            filters.price_min, filters.price_max, language, key="price_filter"
        )
        active.append(("price", "", label))
    if filters.group_id:
        active.append(("group_id", filters.group_id, translate("group_id", language)))
    if filters.in_stock is not None:
        active.append(("in_stock", "", translate("in_stock", language)))
    return active


def format_price_range(
    low: float | None, high: float | None, language: Language, key: str = "range"
) -> str:
    """Return a price range as text: "Up to 50", "50 to 99.50", "99.50 and above".

    Args:
        low: Lowest price; None for an open end, which only one of the two may be.
        high: Highest price; None likewise.
        language: Of the text.
        key: Message key without "_to", "_from" or "_between".
    """
    ends = {
        name: format_price(price, "", language, trims_whole=True)
        for name, price in (("low", low), ("high", high))
        if price is not None
    }
    kind = "between" if len(ends) == 2 else "from" if "low" in ends else "to"
    return translate(f"{key}_{kind}", language, **ends)


def render_active_filters(view: View) -> Markup:
    """Return the active filters and negative examples as chips that remove them."""
    language = view.language
    filters = [
        _build_active_chip(name, value, label, language)
        for name, value, label in list_active_filters(view.filters, language)
    ]
    examples = [
        _build_active_chip("", product.id, _describe_example(product, language), language)
        for product in (view.choices.negative_examples if view.has_query else ())
    ]
    if not filters and not examples:
        return Markup("")
    return render_component(
        "active_filters",
        filters=filters,
        negative_examples=examples,
        clear_all=translate("clear_all", language),
    )


def _build_active_chip(name: str, value: str, label: str, language: Language) -> ActiveChip:
    return ActiveChip(name, value, label, translate("remove", language, name=label))


def _describe_example(product: Product, language: Language) -> str:
    return translate("less_like", language, name=localize_title(product, language))
