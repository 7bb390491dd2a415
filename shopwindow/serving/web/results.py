"""The main column of the page: heading, status, notices, facet chips and gallery."""

from textwrap import shorten

from markupsafe import Markup

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import describe_price, render_gallery, render_photo
from shopwindow.serving.web.components import render_block, render_component
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
    render_status,
    render_visitor,
)
from shopwindow.serving.web.interpretation_chips import render_interpretations
from shopwindow.serving.web.notices import (
    render_low_confidence,
    render_redirect,
    render_relaxed_filters,
)
from shopwindow.serving.web.product_actions import render_product_actions
from shopwindow.serving.web.sort_bar import render_sort_bar
from shopwindow.serving.web.translations import (
    localize_title,
    translate,
    translate_count,
)
from shopwindow.serving.web.view_model import View
from shopwindow.values import Product
from shopwindow.values.display_formats import Language

_MAX_HEADING_CHARS = 90


def render_results(view: View, n_products: int) -> Markup:
    """Return the main column of the page.

    Args:
        view: What to show.
        n_products: Products in the index; without any, the page says how to add some.
    """
    language = view.language
    if not n_products and view.notice is None:
        components = [render_empty_catalog(language)]
    else:
        components = [
            *(_render_for_you(view) if view.is_for_you else _render_search(view)),
            render_gallery(view.hits, build_card_context(view)),
            render_no_results(view),
            render_load_more(view),
        ]
    return render_block("results", language, screen=get_screen_id(view), components=components)


def _render_for_you(view: View) -> list[Markup]:
    return [
        render_for_you_heading(view),
        render_notice(view),
        render_flash_message(view),
        render_visitor(view),
        render_recommendations_heading(view),
    ]


def _render_search(view: View) -> list[Markup]:
    return [
        render_product_heading(view) if view.similar_to else render_search_heading(view),
        render_notice(view),
        render_flash_message(view),
        render_complements(view),
        render_similar_heading(view),
        render_redirect(view),
        render_relaxed_filters(view),
        render_low_confidence(view),
        render_interpretations(view),
        render_facet_chips(view),
        render_sort_bar(view),
    ]


def get_screen_id(view: View) -> str:
    """Return an id that changes when the visitor comes to another screen, shown from its top."""
    return "similar " + view.similar_to.id if view.similar_to else "search"


def build_card_context(view: View) -> CardContext:
    """Return what the cards of a view's hits share."""
    return CardContext(
        view.language,
        is_similar_page=view.similar_to is not None,
        has_query=view.has_query,
        is_sorted_by_relevance=view.choices.sort == "relevance",
        surface=view.surface,
        can_interact=bool(view.visitor.user_id),
    )


def render_complements(view: View) -> Markup:
    """Return a carousel of products that go with the opened one; nothing without any."""
    context = CardContext(view.language, surface="complements")
    return render_carousel(translate("complements", view.language), view.complements, context)


def render_search_heading(view: View) -> Markup:
    """Return the title of a search, or of browsing, with its status and active filters."""
    if view.text.strip():
        query = shorten(view.text.strip(), _MAX_HEADING_CHARS, placeholder=" …")
        title = translate("results_for", view.language, text=query or view.text.strip()[:60])
    else:
        title = translate("results_for_photo" if view.photos else "all_products", view.language)
    has_filters = view.hits or view.notice  # else `render_no_results` has them
    return render_component(
        "search_heading",
        title=title,
        status=render_search_status(view),
        active_filters=render_active_filters(view) if has_filters else "",
    )


def render_search_status(view: View) -> Markup:
    """Return how many products are shown, of how many; the time it took is the tooltip.

    A search ranks its best matches only, so its total counts those; browsing counts the catalogue.
    """
    if view.notice is not None or not view.hits:
        return Markup("")
    language, n_shown = view.language, len(view.hits)
    if view.n_found <= n_shown:
        line = translate_count("products", n_shown, language)
    else:
        is_search = view.facet_scope == "candidates"
        key = "shown_of_best_matches" if is_search else "shown_of"
        noun = "best_matches" if is_search else "products"
        total = translate_count(noun, view.n_found, language)
        line = translate(key, language, shown=n_shown, total=total)
    about = translate("similar_products", language) if view.similar_to else ""
    return render_status(line, about, view.took_ms, language)


def render_product_heading(view: View) -> Markup:
    """Return the opened product, large, above the similar ones, with the way back."""
    product, language = view.similar_to, view.language
    if product is None:
        return Markup("")
    path = " · ".join(part for part in (product.brand, *product.category) if part)
    return render_component(
        "product_heading",
        id=product.id,
        title=localize_title(product, language),
        path=path,
        price=describe_price(product, language),
        photo=render_photo(product, language),
        actions=_render_actions(view, product),
        active_filters=render_active_filters(view),
        back=translate("back_to_results", language),
    )


def render_similar_heading(view: View) -> Markup:
    """Return the title of the products that are similar to the opened one; nothing without any."""
    if view.similar_to is None or not view.hits:
        return Markup("")
    title = translate("more_like_this", view.language)
    return render_component("list_heading", title=title, status=render_search_status(view))


def _render_actions(view: View, product: Product) -> Markup:
    """Return the actions of the opened product, where a visitor is selected."""
    if not view.visitor.user_id or not view.impressions:
        return Markup("")
    return render_product_actions(product, view.impressions[0].surface, view.language)


def render_notice(view: View) -> Markup:
    """Return what went wrong and what to do about it."""
    if view.notice is None:
        return Markup("")
    return render_component("notice", text=view.notice.text, help=view.notice.help)


def render_no_results(view: View) -> Markup:
    """Return what to do without hits: remove one of the active filters, or search otherwise."""
    if view.hits or view.notice is not None:
        return Markup("")
    language = view.language
    has_filters = bool(list_active_filters(view.filters, language))
    advice = "no_results_remove_filter" if has_filters else "no_results_other_words"
    return render_component(
        "no_results",
        title=translate("no_results", language),
        advice=translate(advice, language),
        active_filters=render_active_filters(view),
    )


def render_empty_catalog(language: Language) -> Markup:
    """Return how to index a catalogue."""
    return render_component(
        "empty_catalog",
        title=translate("catalog_empty", language),
        advice=translate("catalog_empty_help", language),
    )


def render_load_more(view: View) -> Markup:
    """Return the button for the next page, where there is one."""
    if not view.cursor:
        return Markup("")
    return render_component("load_more", label=translate("load_more", view.language))
