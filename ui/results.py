"""The middle of the page: heading, status, notices, counts to click on, gallery."""

from textwrap import shorten

from core import Filters, Hit
from core.answer import Page
from index.payload import CATEGORY_SEPARATOR
from ui.cards import gallery, photo_box, price_line
from ui.markup import Markup, action, join, tag
from ui.prices import price_text
from ui.readings import readings
from ui.texts import DIRECTIONS, Language, say, title_of
from ui.view import View, chosen

_MAX_CHIPS = {"category": 5, "brand": 4, "merchant_id": 2}
_MAX_HEADING_CHARS = 90
_FACETS = ("category", "brand", "merchant_id")


def results(view: View, n_products: int) -> Markup:
    """Return everything beside the filters.

    Args:
        view: What to show.
        n_products: Products in the index; without any, the page says how to add some.
    """
    language = view.language
    if not n_products and view.notice is None:
        parts = [empty_shop(language)]
    else:
        parts = [
            similar_heading(view) if view.similar_to else heading(view),
            notice(view),
            readings(view),
            answer_facets(view),
            gallery(view.hits, language, of_product=view.similar_to is not None),
            nothing_found(view),
            load_more(view),
        ]
    return tag(
        "section.sw-results",
        join(parts),
        dir=DIRECTIONS[language],
        lang=language,
        data_screen=screen_of(view),
    )


def screen_of(view: View) -> str:
    """Return what changes when the visitor comes to another screen, which begins at its top."""
    return "similar " + view.similar_to.id if view.similar_to else "search"


def heading(view: View) -> Markup:
    """Return the title of a search's answer with its status line."""
    if view.text.strip():
        asked = shorten(view.text.strip(), _MAX_HEADING_CHARS, placeholder=" …")
        title = say("results_for", view.language, text=asked or view.text.strip()[:60])
    else:
        title = say("results_photo" if view.photo else "all_products", view.language)
    filters = active(view) if view.hits or view.notice else ""  # else `nothing_found` has them
    return tag("header.sw-head", tag("h2", title, dir="auto"), status(view), filters)


def status(view: View) -> Markup:
    """Return how many products in how much time, and what the numbers count."""
    if view.notice is not None or not view.hits:
        return Markup("")
    shown, ms = len(view.hits), f"{view.took_ms:.0f}"
    if view.n_found > shown:
        name = "status_closest" if view.facets_over == "candidates" else "status_part"
        line = say(name, view.language, shown=f"{shown:,}", n=f"{view.n_found:,}", ms=ms)
    else:
        name = "status_one" if shown == 1 else "status_all"
        line = say(name, view.language, shown=f"{shown:,}", ms=ms)
    over = "over_similar" if view.similar_to else f"over_{view.facets_over}"
    about = tag("span.sw-over", say(over, view.language))
    return tag("p.sw-status", tag("strong", line), about, role="status")


def similar_heading(view: View) -> Markup:
    """Return the chosen product, large, above the products like it, with the way back."""
    product, language = view.similar_to, view.language
    if product is None:
        return Markup("")
    about = " · ".join(part for part in (product.brand, *product.category) if part)
    back = action("back", tag("span.sw-arrow", aria_hidden="true"), say("back", language))
    chosen_one = tag(
        "div.sw-chosen",
        photo_box(product, language),
        tag(
            "div.sw-about",
            tag("p.sw-brand", say("more_like", language)),
            tag("h2", title_of(product, language), dir="auto"),
            tag("p.sw-path", about, dir="auto"),
            price_line(product, language),
        ),
        title=f"id: {product.id}",
    )
    return tag("header.sw-head", tag("div.sw-back", back), chosen_one, status(view), active(view))


def notice(view: View) -> Markup:
    """Return what went wrong, in plain words."""
    if view.notice is None:
        return Markup("")
    about = tag("p", view.notice.help) if view.notice.help else ""
    return tag("div.sw-notice", tag("strong", view.notice.text, dir="auto"), about, role="alert")


def answer_facets(view: View) -> Markup:
    """Return the counts of this answer as chips; browsing needs none, the filters show them.

    A value that every product of the answer has, or only one, is left out.
    """
    if view.facets_over != "candidates" or view.similar_to or len(view.hits) < 2:
        return Markup("")
    chips = []
    for name, most in _MAX_CHIPS.items():
        on = chosen(view.filters, name)
        counts = view.facets.get(name, {}).items()
        useful = [(v, n) for v, n in counts if v and v not in on and 1 < n < view.n_found]
        chips += [_chip(view, name, value, n) for value, n in useful[:most]]
    if not chips:
        return Markup("")
    label = say("in_answer", view.language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-line", head, *chips, role="group", aria_label=label)


def _chip(view: View, name: str, value: str, n: int) -> Markup:
    kind = say(name, view.language)
    last_two = " › ".join(value.split(CATEGORY_SEPARATOR)[-2:])
    return action(
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


def filters_on(filters: Filters, language: Language) -> list[tuple[str, str, str]]:
    """Return the filters that are on, as (name, value, label)."""
    found = [
        (name, value, value.split(CATEGORY_SEPARATOR)[-1])
        for name in _FACETS
        for value in chosen(filters, name)
    ]
    low, high = filters.price_min, filters.price_max
    if low is not None or high is not None:
        ends = [
            f"{say(name, language)} {price_text(price, '', language)}"
            for name, price in (("price_min", low), ("price_max", high))
            if price is not None
        ]
        found.append(("price", "", f"{say('price', language)}: {' '.join(ends)}"))
    if filters.group_id:
        found.append(("group_id", filters.group_id, say("group_id", language)))
    if filters.in_stock is not None:
        found.append(("in_stock", "", say("in_stock", language)))
    return found


def active(view: View) -> Markup:
    """Return the filters that are on as chips that take them off."""
    on = filters_on(view.filters, view.language)
    if not on:
        return Markup("")
    chips = [
        action(
            "unfilter",
            tag("bdi", label),
            tag("span", "×", aria_hidden="true"),
            class_="sw-chip sw-on",
            data_name=name,
            data_value=value,
            data_key=f"on {name} {value}",
            aria_label=say("remove", view.language, name=label),
        )
        for name, value, label in on
    ]
    clear = action("clear", say("clear_all", view.language), class_="sw-link", data_key="clear")
    return tag("div.sw-chips", *chips, clear)


def nothing_found(view: View) -> Markup:
    """Return what to do when no product is left: which filters are on, and how to drop them."""
    if view.hits or view.notice is not None:
        return Markup("")
    language, filtered = view.language, bool(filters_on(view.filters, view.language))
    return tag(
        "div.sw-empty",
        tag("h3", say("none_title", language)),
        tag("p", say("none_filters" if filtered else "none_plain", language)),
        active(view),
    )


def empty_shop(language: Language) -> Markup:
    """Return how to index a catalogue."""
    return tag(
        "div.sw-empty",
        tag("h3", say("empty_title", language)),
        tag("p", say("empty_how", language)),
        tag("pre", tag("code", "shopwindow index catalog.csv\nshopwindow serve"), dir="ltr"),
    )


def load_more(view: View) -> Markup:
    """Return the button for the next page, where there is one."""
    if not view.cursor:
        return Markup("")
    return tag("div.sw-more", action("more", say("load_more", view.language), data_key="more"))


def n_found(page: Page, shown: tuple[Hit, ...]) -> int:
    """Return how many products the counts of an answer are over, at least those shown."""
    return max(sum(page.facets.get("in_stock", {}).values()), len(shown))
