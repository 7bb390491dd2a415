"""Chips above the hits: active filters, negative examples, and facet values to filter by."""

from index import CATEGORY_SEPARATOR
from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import localize_title, translate
from shopwindow.serving.web.view_model import View, get_selected_values
from shopwindow.values import Filters
from shopwindow.values.display_formats import Language, format_number, format_price

_MAX_CHIPS = {"category": 5, "brand": 4, "merchant_id": 2}


def render_facet_chips(view: View) -> Markup:
    """Return the facet values of a search as chips; browsing has the filters for that.

    A value that every product of the response has, or only one, is left out.
    """
    if view.facet_scope != "candidates" or view.similar_to or len(view.hits) < 2:
        return Markup("")
    chips = []
    for name, max_chips in _MAX_CHIPS.items():
        selected = get_selected_values(view.filters, name)
        counts = view.facets.get(name, {}).items()
        useful = [
            (value, count)
            for value, count in counts
            if value and value not in selected and 1 < count < view.n_found
        ]
        chips += [
            _render_facet_chip(view, name, value, count) for value, count in useful[:max_chips]
        ]
    if not chips:
        return Markup("")
    label = translate("refine_results", view.language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-chip-row", head, *chips, role="group", aria_label=label)


def _render_facet_chip(view: View, name: str, value: str, count: int) -> Markup:
    facet = translate(name, view.language)
    short_path = " › ".join(value.split(CATEGORY_SEPARATOR)[-2:])
    return action_button(
        "filter",
        tag("span.sw-label", f"{facet}:") if name == "merchant_id" else "",
        tag("bdi", short_path),
        tag("span.sw-count", format_number(count, view.language)),
        class_="sw-chip",
        data_name=name,
        data_value=value,
        data_key=f"chip {name} {value}",
        title=f"{facet}: {value}",
    )


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
    chips = [
        _render_active_chip("remove_filter", label, language, data_name=name, data_value=value)
        for name, value, label in list_active_filters(view.filters, language)
    ]
    if view.has_query:
        chips += [
            _render_active_chip(
                "remove_negative_example",
                translate("less_like", language, name=localize_title(product, language)),
                language,
                data_value=product.id,
            )
            for product in view.choices.negative_examples
        ]
    if not chips:
        return Markup("")
    clear = action_button(
        "clear", translate("clear_all", language), class_="sw-link", data_key="clear"
    )
    return tag("div.sw-chips", *chips, clear)


def _render_active_chip(act: str, label: str, language: Language, **data: str) -> Markup:
    return action_button(
        act,
        tag("bdi", label),
        tag("span", "×", aria_hidden="true"),
        class_="sw-chip sw-active",
        data_key=" ".join((act, *data.values())),
        aria_label=translate("remove", language, name=label),
        **data,
    )
