"""Chips of an answer: the filters that are on, what is put aside, and counts to filter by."""

from index.payload import CATEGORY_SEPARATOR
from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.price_formatting import format_price
from shopwindow.serving.web.translations import Language, localize_title, translate
from shopwindow.serving.web.view_model import View, get_selected_values
from shopwindow.values import Filters

_MAX_CHIPS = {"category": 5, "brand": 4, "merchant_id": 2}
_FACETS = ("category", "brand", "merchant_id")


def render_facet_chips(view: View) -> Markup:
    """Return the counts of this answer as chips; browsing needs none, the filters show them.

    A value that every product of the answer has, or only one, is left out.
    """
    if view.facet_scope != "candidates" or view.similar_to or len(view.hits) < 2:
        return Markup("")
    chips = []
    for name, most in _MAX_CHIPS.items():
        on = get_selected_values(view.filters, name)
        counts = view.facets.get(name, {}).items()
        useful = [(v, n) for v, n in counts if v and v not in on and 1 < n < view.n_found]
        chips += [_chip(view, name, value, n) for value, n in useful[:most]]
    if not chips:
        return Markup("")
    label = translate("in_answer", view.language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-line", head, *chips, role="group", aria_label=label)


def _chip(view: View, name: str, value: str, n: int) -> Markup:
    kind = translate(name, view.language)
    last_two = " › ".join(value.split(CATEGORY_SEPARATOR)[-2:])
    return action_button(
        "filter",
        tag("span.sw-label", f"{kind}:") if name == "merchant_id" else "",
        tag("bdi", last_two),
        tag("span.sw-count", f"{n:,}"),
        class_="sw-chip",
        data_name=name,
        data_value=value,
        data_key=f"chip {name} {value}",
        title=f"{kind}: {value}",
    )


def list_active_filters(filters: Filters, language: Language) -> list[tuple[str, str, str]]:
    """Return the filters that are on, as (name, value, label)."""
    found = [
        (name, value, value.split(CATEGORY_SEPARATOR)[-1])
        for name in _FACETS
        for value in get_selected_values(filters, name)
    ]
    low, high = filters.price_min, filters.price_max
    if low is not None or high is not None:
        ends = [
            f"{translate(name, language)} {format_price(price, '', language)}"
            for name, price in (("price_min", low), ("price_max", high))
            if price is not None
        ]
        found.append(("price", "", f"{translate('price', language)}: {' '.join(ends)}"))
    if filters.group_id:
        found.append(("group_id", filters.group_id, translate("group_id", language)))
    if filters.in_stock is not None:
        found.append(("in_stock", "", translate("in_stock", language)))
    return found


def render_active_filters(view: View) -> Markup:
    """Return the filters that are on, and what is put aside, as chips that take them off."""
    language = view.language
    chips = [
        _on("remove_filter", label, language, data_name=name, data_value=value)
        for name, value, label in list_active_filters(view.filters, language)
    ]
    if view.has_query:
        chips += [
            _on(
                "remove_negative_example",
                translate("avoided", language, name=localize_title(each, language)),
                language,
                data_value=each.id,
            )
            for each in view.choices.negative_examples
        ]
    if not chips:
        return Markup("")
    clear = action_button(
        "clear", translate("clear_all", language), class_="sw-link", data_key="clear"
    )
    return tag("div.sw-chips", *chips, clear)


def _on(act: str, label: str, language: Language, **data: str) -> Markup:
    return action_button(
        act,
        tag("bdi", label),
        tag("span", "×", aria_hidden="true"),
        class_="sw-chip sw-on",
        data_key=" ".join((act, *data.values())),
        aria_label=translate("remove", language, name=label),
        **data,
    )
