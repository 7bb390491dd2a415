"""The filters: category tree, brands, sellers, price and stock, with counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index import CATEGORY_SEPARATOR
from shopwindow.serving.web.filter_chips import format_price_range, list_active_filters
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, translate
from shopwindow.serving.web.view_model import FacetCounts, View, get_selected_values
from shopwindow.values import PriceBucket
from shopwindow.values.display_formats import Language, format_number

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
    groups = [
        _render_categories(view, facets.get("category", {})),
        _render_values(view, "brand", facets.get("brand", {})),
        _render_values(view, "merchant_id", facets.get("merchant_id", {})),
        _render_price(view),
        _render_stock(view, facets.get("in_stock", {})),
    ]
    count = tag("span.sw-count", format_number(n_active, language) if n_active else "")
    summary = tag("summary", translate("filters", language), count)
    if n_active:
        clear = action_button(
            "clear", translate("clear_all", language), class_="sw-link", data_key="side clear"
        )
        groups.append(clear)
    return tag(
        "aside.sw-filters",
        tag("details.sw-drawer", summary, *groups, open=True, data_key="drawer"),
        dir=TEXT_DIRECTIONS[language],
        lang=language,
        aria_label=translate("filters", language),
    )


def _render_categories(view: View, counts: Mapping[str, int]) -> Markup:
    if not counts:
        return Markup("")
    branch = _render_branch(view, build_category_tree(counts))
    return _render_group(view.language, "category", branch)


def _render_branch(view: View, node: CategoryNode) -> Markup:
    items = [_render_category(view, name, child) for name, child in node.children.items()]
    return _render_shortened(items, f"category {node.path}", view.language)


def _render_category(view: View, name: str, node: CategoryNode) -> Markup:
    prefix = CATEGORY_SEPARATOR.join((node.path, ""))
    is_open = any(
        selected == node.path or selected.startswith(prefix)
        for selected in get_selected_values(view.filters, "category")
    )
    choice = _render_choice(view, "category", node.path, name, node.count)
    return tag("li", choice, _render_branch(view, node) if node.children and is_open else "")


def _render_values(view: View, name: str, counts: Mapping[str, int]) -> Markup:
    selected = get_selected_values(view.filters, name)
    missing = {value: 0 for value in selected if value not in counts}
    values = {value: count for value, count in {**counts, **missing}.items() if value}
    if len(values) < 2 and not selected:
        return Markup("")
    items = [
        tag("li", _render_choice(view, name, value, value, count))
        for value, count in values.items()
    ]
    return _render_group(view.language, name, _render_shortened(items, name, view.language))


def _render_choice(view: View, name: str, value: str, label: str, count: int) -> Markup:
    is_on = (
        bool(view.filters.in_stock)
        if not value
        else value in get_selected_values(view.filters, name)
    )
    return action_button(
        "filter",
        tag("bdi", label),
        tag("span.sw-count", format_number(count, view.language)),
        class_="sw-choice",
        aria_pressed="true" if is_on else "false",
        data_name=name,
        data_value=value,
        data_key=f"{name} {value}",
    )


def _render_shortened(items: list[Markup], key: str, language: Language) -> Markup:
    if len(items) <= _MAX_VALUES + 2:
        return tag("ul", *items)
    rest = tag(
        "details.sw-show-all",
        tag("summary", translate("show_all", language, n=len(items))),
        tag("ul", *items[_MAX_VALUES:]),
        data_key=f"rest {key}",
    )
    return join([tag("ul", *items[:_MAX_VALUES]), rest])


def _render_group(language: Language, name: str, content: Markup) -> Markup:
    title = translate(name, language)
    return tag("div.sw-group", tag("h3", title), content, role="group", aria_label=title)


def _render_price(view: View) -> Markup:
    filters, language = view.filters, view.language
    inputs = [
        _render_price_input(name, price, language)
        for name, price in (("price_min", filters.price_min), ("price_max", filters.price_max))
    ]
    buckets = [tag("li", _render_price_bucket(bucket, view)) for bucket in view.price_buckets]
    bucket_list = tag("ul", *buckets) if buckets else ""
    return _render_group(language, "price", join([bucket_list, tag("div.sw-price-range", *inputs)]))


def _render_price_input(name: str, price: float | None, language: Language) -> Markup:
    return tag(
        "label",
        tag("span", translate(name, language)),
        tag(
            "input",
            type="number",
            min="0",
            step="any",
            inputmode="decimal",
            name=name,
            value=_format_number(price),
            data_price=True,
            data_key=name,
        ),
    )


def _render_price_bucket(bucket: PriceBucket, view: View) -> Markup:
    is_on = (bucket.low, bucket.high) == (view.filters.price_min, view.filters.price_max)
    low, high = (_format_number(price) for price in (bucket.low, bucket.high))
    return action_button(
        "price_range",
        tag("bdi", format_price_range(bucket.low, bucket.high, view.language)),
        tag("span.sw-count", format_number(bucket.count, view.language)),
        class_="sw-choice",
        aria_pressed="true" if is_on else "false",
        data_low=low,
        data_high=high,
        data_key=f"range {low} {high}",
    )


def _format_number(price: float | None) -> str:
    return "" if price is None else f"{price:.12g}"


def _render_stock(view: View, counts: Mapping[str, int]) -> Markup:
    label, count = translate("in_stock", view.language), counts.get(_IN_STOCK, 0)
    return tag("div.sw-group", _render_choice(view, "in_stock", "", label, count))
