"""The filters: a tree of categories, brands, shops, price and stock, with counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.payload import CATEGORY_SEPARATOR
from shopwindow.serving.web.filter_chips import list_active_filters
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.price_formatting import format_price
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, Language, translate
from shopwindow.serving.web.view_model import FacetCounts, View, get_selected_values
from shopwindow.values.response import PriceBucket

_SHOWN = 8
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
    """Return the category paths of a facet as a tree; its root has no path."""
    root = CategoryNode("")
    for path, count in sorted(counts.items(), key=lambda item: -item[1]):
        node, walked = root, []
        for part in path.split(CATEGORY_SEPARATOR):
            walked.append(part)
            node = node.children.setdefault(part, CategoryNode(CATEGORY_SEPARATOR.join(walked)))
        node.count = count
    return root


def render_sidebar(view: View, facets: FacetCounts) -> Markup:
    """Return the filters.

    Args:
        view: Says what is filtered by.
        facets: Counts over the catalogue by facet, each under the filters of the others.
    """
    language = view.language
    n_on = len(list_active_filters(view.filters, language))
    if not any(facets.values()) and not n_on:
        return Markup("")
    parts = [
        _categories(view, facets.get("category", {})),
        _values(view, "brand", facets.get("brand", {})),
        _values(view, "merchant_id", facets.get("merchant_id", {})),
        _price(view),
        _stock(view, facets.get("in_stock", {})),
    ]
    summary = tag("summary", translate("filters", language), tag("span.sw-count", str(n_on or "")))
    if n_on:
        clear = action_button(
            "clear", translate("clear_all", language), class_="sw-link", data_key="side clear"
        )
        parts.append(clear)
    return tag(
        "aside.sw-filters",
        tag("details.sw-drawer", summary, *parts, open=True, data_key="drawer"),
        dir=TEXT_DIRECTIONS[language],
        lang=language,
        aria_label=translate("filters", language),
    )


def _categories(view: View, counts: Mapping[str, int]) -> Markup:
    root = build_category_tree(counts)
    return _group(view.language, "category", _branch(view, root)) if counts else Markup("")


def _branch(view: View, node: CategoryNode) -> Markup:
    items = [_category(view, name, child) for name, child in node.children.items()]
    return _shortened(items, f"category {node.path}", view.language)


def _category(view: View, name: str, node: CategoryNode) -> Markup:
    on = get_selected_values(view.filters, "category")
    below = CATEGORY_SEPARATOR.join((node.path, ""))
    is_open = any(each == node.path or each.startswith(below) for each in on)
    choice = _choice(view, "category", node.path, name, node.count)
    return tag("li", choice, _branch(view, node) if node.children and is_open else "")


def _values(view: View, name: str, counts: Mapping[str, int]) -> Markup:
    kept = {value: 0 for value in get_selected_values(view.filters, name) if value not in counts}
    shown = {value: n for value, n in {**counts, **kept}.items() if value}
    if len(shown) < 2 and not get_selected_values(view.filters, name):
        return Markup("")
    items = [tag("li", _choice(view, name, value, value, n)) for value, n in shown.items()]
    return _group(view.language, name, _shortened(items, name, view.language))


def _choice(view: View, name: str, value: str, label: str, count: int) -> Markup:
    is_on = (
        bool(view.filters.in_stock)
        if not value
        else value in get_selected_values(view.filters, name)
    )
    return action_button(
        "filter",
        tag("bdi", label),
        tag("span.sw-count", f"{count:,}"),
        class_="sw-choice",
        aria_pressed="true" if is_on else "false",
        data_name=name,
        data_value=value,
        data_key=f"{name} {value}",
    )


def _shortened(items: list[Markup], key: str, language: Language) -> Markup:
    if len(items) <= _SHOWN + 2:
        return tag("ul", *items)
    rest = tag(
        "details.sw-rest",
        tag("summary", translate("show_all", language, n=len(items))),
        tag("ul", *items[_SHOWN:]),
        data_key=f"rest {key}",
    )
    return join([tag("ul", *items[:_SHOWN]), rest])


def _group(language: Language, name: str, content: Markup) -> Markup:
    title = translate(name, language)
    return tag("div.sw-group", tag("h3", title), content, role="group", aria_label=title)


def _price(view: View) -> Markup:
    filters, language = view.filters, view.language
    ends = [
        tag(
            "label",
            tag("span", translate(name, language)),
            tag(
                "input",
                type="number",
                min="0",
                step="any",
                inputmode="decimal",
                name=name,
                value=_written(price),
                data_price=True,
                data_key=name,
            ),
        )
        for name, price in (("price_min", filters.price_min), ("price_max", filters.price_max))
    ]
    ranges = [tag("li", _range(each, view)) for each in view.price_buckets]
    listed = tag("ul", *ranges) if ranges else ""
    return _group(language, "price", join([listed, tag("div.sw-price-range", *ends)]))


def _range(prices: PriceBucket, view: View) -> Markup:
    ends = {
        name: format_price(price, "", view.language)
        for name, price in (("low", prices.low), ("high", prices.high))
        if price is not None
    }
    name = "range_between" if len(ends) == 2 else "range_from" if "low" in ends else "range_to"
    is_on = (prices.low, prices.high) == (view.filters.price_min, view.filters.price_max)
    low, high = (_written(price) for price in (prices.low, prices.high))
    return action_button(
        "price_range",
        tag("bdi", translate(name, view.language, **ends)),
        tag("span.sw-count", f"{prices.count:,}"),
        class_="sw-choice",
        aria_pressed="true" if is_on else "false",
        data_low=low,
        data_high=high,
        data_key=f"range {low} {high}",
    )


def _written(price: float | None) -> str:
    return "" if price is None else f"{price:.12g}"


def _stock(view: View, counts: Mapping[str, int]) -> Markup:
    label, count = translate("in_stock", view.language), counts.get(_IN_STOCK, 0)
    return tag("div.sw-group", _choice(view, "in_stock", "", label, count))
