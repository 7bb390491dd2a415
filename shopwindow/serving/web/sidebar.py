"""The filters: category tree, brands, sellers, price and stock, with counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from index import CATEGORY_SEPARATOR
from shopwindow.serving.web.components import render_block
from shopwindow.serving.web.filter_chips import format_price_range, list_active_filters
from shopwindow.serving.web.filter_panel import (
    ChoiceList,
    FacetFilter,
    FilterChoice,
    PriceChoice,
    PriceFilter,
    PriceLimit,
)
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import FacetCounts, View, get_selected_values
from shopwindow.values import PriceBucket
from shopwindow.values.display_formats import Language, format_currency, format_number

_MAX_VALUES = 8
_IN_STOCK = "true"


@dataclass(slots=True)
class CategoryNode:
    """One category of the tree.

    Attributes:
        path: Full path as the filter takes it: "Clothing > Dresses".
        count: Products in it and below it.
        children: Categories below it by name, most products first.
    """

    path: str
    count: int = 0
    children: "dict[str, CategoryNode]" = field(default_factory=dict)


def build_category_tree(counts: Mapping[str, int]) -> CategoryNode:
    """Return a tree of the category paths of a facet; its root has no path."""
    root = CategoryNode("")
    for path, count in sorted(counts.items(), key=lambda item: -item[1]):
        node, parts = root, []
        for part in path.split(CATEGORY_SEPARATOR):
            parts.append(part)
            node = node.children.setdefault(part, CategoryNode(CATEGORY_SEPARATOR.join(parts)))
        node.count = count
    return root


def render_sidebar(view: View, facets: FacetCounts) -> Markup:
    """Return the filters; nothing when there is nothing to filter by.

    Args:
        view: Its filters are shown as selected.
        facets: Counts over the catalogue by facet, each under the filters of the others.
    """
    language = view.language
    n_active = len(list_active_filters(view.filters, language))
    if not any(facets.values()) and not n_active:
        return Markup("")
    return render_block(
        "sidebar",
        language,
        title=translate("filters", language),
        n_active=format_number(n_active) if n_active else "",
        facets=_build_facets(view, facets),
        price=_build_price_filter(view),
        stock=_build_stock_choice(view, facets.get("in_stock", {})),
        clear_all=translate("clear_all", language),
    )


def _build_facets(view: View, facets: FacetCounts) -> list[FacetFilter]:
    choice_lists = {
        "category": _build_categories(view, facets.get("category", {})),
        "brand": _build_values(view, "brand", facets.get("brand", {})),
        "merchant_id": _build_values(view, "merchant_id", facets.get("merchant_id", {})),
    }
    return [
        FacetFilter(translate(name, view.language), choices)
        for name, choices in choice_lists.items()
        if choices is not None
    ]


def _build_categories(view: View, counts: Mapping[str, int]) -> ChoiceList | None:
    return _build_branch(view, build_category_tree(counts)) if counts else None


def _build_branch(view: View, node: CategoryNode) -> ChoiceList:
    choices = [_build_category(view, name, child) for name, child in node.children.items()]
    return _shorten(choices, f"category {node.path}", view.language)


def _build_category(view: View, name: str, node: CategoryNode) -> FilterChoice:
    prefix = CATEGORY_SEPARATOR.join((node.path, ""))
    is_open = any(
        selected == node.path or selected.startswith(prefix)
        for selected in get_selected_values(view.filters, "category")
    )
    choice = _build_choice(view, "category", node.path, name, node.count)
    return (
        replace(choice, children=_build_branch(view, node)) if is_open and node.children else choice
    )


def _build_values(view: View, name: str, counts: Mapping[str, int]) -> ChoiceList | None:
    selected = get_selected_values(view.filters, name)
    missing = {value: 0 for value in selected if value not in counts}
    values = {value: count for value, count in {**counts, **missing}.items() if value}
    if len(values) < 2 and not selected:
        return None
    choices = [_build_choice(view, name, value, value, count) for value, count in values.items()]
    return _shorten(choices, name, view.language)


def _build_choice(view: View, name: str, value: str, label: str, count: int) -> FilterChoice:
    is_selected = (
        bool(view.filters.in_stock)
        if not value
        else value in get_selected_values(view.filters, name)
    )
    return FilterChoice(name, value, label, format_number(count), is_selected)


def _shorten(choices: Sequence[FilterChoice], key: str, language: Language) -> ChoiceList:
    n_first = len(choices) if len(choices) <= _MAX_VALUES + 2 else _MAX_VALUES
    show_all = translate("show_all", language, n=len(choices))
    return ChoiceList(key, choices[:n_first], choices[n_first:], show_all)


def _build_price_filter(view: View) -> PriceFilter:
    filters, language = view.filters, view.language
    limits = [
        PriceLimit(name, translate(name, language), _to_form_value(price))
        for name, price in (("price_min", filters.price_min), ("price_max", filters.price_max))
    ]
    buckets = [_build_price_choice(bucket, view) for bucket in view.price_buckets]
    currency = format_currency(view.price_currency, language)
    label = translate("price_in", language, currency=currency) if currency else ""
    return PriceFilter(label or translate("price", language), buckets, limits)


def _build_price_choice(bucket: PriceBucket, view: View) -> PriceChoice:
    return PriceChoice(
        _to_form_value(bucket.low),
        _to_form_value(bucket.high),
        format_price_range(bucket.low, bucket.high, view.language),
        format_number(bucket.count),
        (bucket.low, bucket.high) == (view.filters.price_min, view.filters.price_max),
    )


def _to_form_value(price: float | None) -> str:
    return "" if price is None else f"{price:.12g}"


def _build_stock_choice(view: View, counts: Mapping[str, int]) -> FilterChoice:
    label, count = translate("in_stock", view.language), counts.get(_IN_STOCK, 0)
    return _build_choice(view, "in_stock", "", label, count)
