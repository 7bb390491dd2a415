"""The middle of the page: heading, status, notices, counts to click on, gallery."""

from textwrap import shorten

from shopwindow.serving.web.card_context import CardLook
from shopwindow.serving.web.cards import gallery, photo_box, price_line
from shopwindow.serving.web.filter_chips import active, answer_facets, filters_on
from shopwindow.serving.web.flash_messages import told
from shopwindow.serving.web.for_you_tab import about_visitor, feed_heading, foryou_heading, row
from shopwindow.serving.web.interpretation_chips import readings
from shopwindow.serving.web.markup import Markup, action, join, tag
from shopwindow.serving.web.notices import redirect, relaxed, unsure
from shopwindow.serving.web.product_actions import deeds
from shopwindow.serving.web.sort_bar import order_line
from shopwindow.serving.web.translations import DIRECTIONS, Language, say, title_of
from shopwindow.serving.web.view_model import View
from shopwindow.values import Product

_MAX_HEADING_CHARS = 90


def results(view: View, n_products: int) -> Markup:
    """Return everything beside the filters.

    Args:
        view: What to show.
        n_products: Products in the index; without any, the page says how to add some.
    """
    language = view.language
    if not n_products and view.notice is None:
        parts = [empty_shop(language)]
    elif view.is_feed:
        parts = [
            foryou_heading(view),
            notice(view),
            told(view),
            about_visitor(view),
            feed_heading(view),
            gallery(view.hits, look_of(view)),
            nothing_found(view),
            load_more(view),
        ]
    else:
        parts = [
            similar_heading(view) if view.similar_to else heading(view),
            notice(view),
            told(view),
            goes_with(view),
            redirect(view),
            relaxed(view),
            unsure(view),
            readings(view),
            answer_facets(view),
            order_line(view),
            gallery(view.hits, look_of(view)),
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


def look_of(view: View) -> CardLook:
    """Return what the cards of an answer share."""
    return CardLook(
        view.language,
        of_product=view.similar_to is not None,
        is_ranked=view.is_ranked,
        by_relevance=view.choices.sort == "relevance",
        surface=view.surface,
        can_act=bool(view.visit.user_id),
    )


def goes_with(view: View) -> Markup:
    """Return what goes with the product that is opened, side by side; nothing without any."""
    look = CardLook(view.language, surface="complements")
    return row(say("goes_with", view.language), view.goes_with, look)


def heading(view: View) -> Markup:
    """Return the title of a search's answer with its status line."""
    if view.text.strip():
        asked = shorten(view.text.strip(), _MAX_HEADING_CHARS, placeholder=" …")
        title = say("results_for", view.language, text=asked or view.text.strip()[:60])
    else:
        title = say("results_photo" if view.photos else "all_products", view.language)
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
            _own_deeds(view, product),
        ),
        title=f"id: {product.id}",
    )
    return tag("header.sw-head", tag("div.sw-back", back), chosen_one, status(view), active(view))


def _own_deeds(view: View, product: Product) -> Markup:
    """Return what can be done with the product that is opened, where a visitor is chosen."""
    if not view.visit.user_id or not view.places:
        return Markup("")
    return deeds(product, view.places[0].surface, view.language)


def notice(view: View) -> Markup:
    """Return what went wrong, in plain words."""
    if view.notice is None:
        return Markup("")
    about = tag("p", view.notice.help) if view.notice.help else ""
    return tag("div.sw-notice", tag("strong", view.notice.text, dir="auto"), about, role="alert")


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
