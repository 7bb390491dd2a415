"""The middle of the page: heading, status, notices, counts to click on, gallery."""

from textwrap import shorten

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery, render_photo, render_price
from shopwindow.serving.web.filter_chips import (
    list_active_filters,
    render_active_filters,
    render_facet_chips,
)
from shopwindow.serving.web.flash_messages import render_flash_message
from shopwindow.serving.web.for_you_tab import (
    render_carousel,
    render_for_you_heading,
    render_recommendations_heading,
    render_visitor,
)
from shopwindow.serving.web.interpretation_chips import render_interpretations
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.notices import (
    render_low_confidence,
    render_redirect,
    render_relaxed_filters,
)
from shopwindow.serving.web.product_actions import render_product_actions
from shopwindow.serving.web.sort_bar import render_sort_bar
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, Language, localize_title, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import Product

_MAX_HEADING_CHARS = 90


def render_results(view: View, n_products: int) -> Markup:
    """Return everything beside the filters.

    Args:
        view: What to show.
        n_products: Products in the index; without any, the page says how to add some.
    """
    language = view.language
    if not n_products and view.notice is None:
        parts = [render_empty_catalog(language)]
    elif view.is_for_you:
        parts = [
            render_for_you_heading(view),
            render_notice(view),
            render_flash_message(view),
            render_visitor(view),
            render_recommendations_heading(view),
            render_gallery(view.hits, build_card_context(view)),
            render_no_results(view),
            render_load_more(view),
        ]
    else:
        parts = [
            render_product_heading(view) if view.similar_to else render_search_heading(view),
            render_notice(view),
            render_flash_message(view),
            render_complements(view),
            render_redirect(view),
            render_relaxed_filters(view),
            render_low_confidence(view),
            render_interpretations(view),
            render_facet_chips(view),
            render_sort_bar(view),
            render_gallery(view.hits, build_card_context(view)),
            render_no_results(view),
            render_load_more(view),
        ]
    return tag(
        "section.sw-results",
        join(parts),
        dir=TEXT_DIRECTIONS[language],
        lang=language,
        data_screen=get_screen_id(view),
    )


def get_screen_id(view: View) -> str:
    """Return what changes when the visitor comes to another screen, which begins at its top."""
    return "similar " + view.similar_to.id if view.similar_to else "search"


def build_card_context(view: View) -> CardContext:
    """Return what the cards of an answer share."""
    return CardContext(
        view.language,
        is_similar_page=view.similar_to is not None,
        has_query=view.has_query,
        is_sorted_by_relevance=view.choices.sort == "relevance",
        surface=view.surface,
        can_interact=bool(view.visitor.user_id),
    )


def render_complements(view: View) -> Markup:
    """Return what goes with the product that is opened, side by side; nothing without any."""
    look = CardContext(view.language, surface="complements")
    return render_carousel(translate("goes_with", view.language), view.complements, look)


def render_search_heading(view: View) -> Markup:
    """Return the title of a search's answer with its status line."""
    if view.text.strip():
        asked = shorten(view.text.strip(), _MAX_HEADING_CHARS, placeholder=" …")
        title = translate("results_for", view.language, text=asked or view.text.strip()[:60])
    else:
        title = translate("results_photo" if view.photos else "all_products", view.language)
    filters = (
        render_active_filters(view) if view.hits or view.notice else ""
    )  # else `render_no_results` has them
    return tag("header.sw-head", tag("h2", title, dir="auto"), render_status(view), filters)


def render_status(view: View) -> Markup:
    """Return how many products in how much time, and what the numbers count."""
    if view.notice is not None or not view.hits:
        return Markup("")
    shown, ms = len(view.hits), f"{view.took_ms:.0f}"
    if view.n_found > shown:
        name = "status_closest" if view.facet_scope == "candidates" else "status_part"
        line = translate(name, view.language, shown=f"{shown:,}", n=f"{view.n_found:,}", ms=ms)
    else:
        name = "status_one" if shown == 1 else "status_all"
        line = translate(name, view.language, shown=f"{shown:,}", ms=ms)
    over = "over_similar" if view.similar_to else f"over_{view.facet_scope}"
    about = tag("span.sw-over", translate(over, view.language))
    return tag("p.sw-status", tag("strong", line), about, role="status")


def render_product_heading(view: View) -> Markup:
    """Return the chosen product, large, above the products like it, with the way back."""
    product, language = view.similar_to, view.language
    if product is None:
        return Markup("")
    about = " · ".join(part for part in (product.brand, *product.category) if part)
    back = action_button(
        "back", tag("span.sw-arrow", aria_hidden="true"), translate("back", language)
    )
    chosen_one = tag(
        "div.sw-chosen",
        render_photo(product, language),
        tag(
            "div.sw-about",
            tag("p.sw-brand", translate("more_like", language)),
            tag("h2", localize_title(product, language), dir="auto"),
            tag("p.sw-path", about, dir="auto"),
            render_price(product, language),
            _own_deeds(view, product),
        ),
        title=f"id: {product.id}",
    )
    return tag(
        "header.sw-head",
        tag("div.sw-back", back),
        chosen_one,
        render_status(view),
        render_active_filters(view),
    )


def _own_deeds(view: View, product: Product) -> Markup:
    """Return what can be done with the product that is opened, where a visitor is chosen."""
    if not view.visitor.user_id or not view.impressions:
        return Markup("")
    return render_product_actions(product, view.impressions[0].surface, view.language)


def render_notice(view: View) -> Markup:
    """Return what went wrong, in plain words."""
    if view.notice is None:
        return Markup("")
    about = tag("p", view.notice.help) if view.notice.help else ""
    return tag("div.sw-notice", tag("strong", view.notice.text, dir="auto"), about, role="alert")


def render_no_results(view: View) -> Markup:
    """Return what to do when no product is left: which filters are on, and how to drop them."""
    if view.hits or view.notice is not None:
        return Markup("")
    language, filtered = view.language, bool(list_active_filters(view.filters, view.language))
    return tag(
        "div.sw-empty",
        tag("h3", translate("none_title", language)),
        tag("p", translate("none_filters" if filtered else "none_plain", language)),
        render_active_filters(view),
    )


def render_empty_catalog(language: Language) -> Markup:
    """Return how to index a catalogue."""
    return tag(
        "div.sw-empty",
        tag("h3", translate("empty_title", language)),
        tag("p", translate("empty_how", language)),
        tag("pre", tag("code", "shopwindow index catalog.csv\nshopwindow serve"), dir="ltr"),
    )


def render_load_more(view: View) -> Markup:
    """Return the button for the next page, where there is one."""
    if not view.cursor:
        return Markup("")
    return tag(
        "div.sw-more", action_button("more", translate("load_more", view.language), data_key="more")
    )
