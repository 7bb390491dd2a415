"""The tab *For you*: the visitor's profile, recently viewed products and recommendations."""

from collections.abc import Sequence

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.filter_chips import render_active_filters
from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.profile_panel import render_profile_panel
from shopwindow.serving.web.translations import translate, translate_count
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.values import DEMO_USER_PREFIX, Hit


def render_for_you_heading(view: View) -> Markup:
    """Return whose recommendations these are, and the active filters."""
    visitor, language = view.visitor, view.language
    if visitor.user_id:
        name = truncate_id(visitor.user_id.removeprefix(DEMO_USER_PREFIX))
        title = translate("recommended_for", language, name=name)
    else:
        title = translate("recommended", language)
    is_demo = visitor.user_id.startswith(DEMO_USER_PREFIX)
    events_disabled = (
        ""
        if visitor.has_event_log
        else tag("p.sw-message", translate("events_disabled", language), role="status")
    )
    return tag(
        "header.sw-head",
        tag("h2", title, dir="auto"),
        tag("p.sw-status", translate("demo_visitor_help", language)) if is_demo else "",
        events_disabled,
        render_active_filters(view) if view.hits or view.notice else "",
    )


def render_visitor(view: View) -> Markup:
    """Return the visitor's profile and recently viewed products; nothing for an anonymous one."""
    visitor, language = view.visitor, view.language
    if visitor.profile is None:
        return Markup("")
    context = CardContext(language, surface="recent")
    title = translate("recently_viewed", language)
    return tag(
        "div.sw-profile-and-recent",
        render_profile_panel(visitor, language),
        render_carousel(title, visitor.recently_viewed, context),
    )


def render_recommendations_heading(view: View) -> Markup:
    """Return the title of the recommendations with how many are shown; the time is the tooltip."""
    if view.notice is not None or not view.hits:
        return Markup("")
    language, profile = view.language, view.visitor.profile
    is_personal = profile is not None and bool(profile.n_interactions)
    about = translate("mixed_across_interests" if is_personal else "popular_and_new", language)
    status = tag(
        "p.sw-status",
        tag("strong", translate_count("products", len(view.hits), language)),
        tag("span.sw-subtitle", about),
        role="status",
        title=translate("took_ms", language, ms=round(view.took_ms)),
    )
    title = tag("h3.sw-title", translate("recommended_for_you", language))
    return tag("header.sw-head", title, status)


def render_carousel(title: str, hits: Sequence[Hit], context: CardContext) -> Markup:
    """Return products side by side under a title; nothing without products.

    Args:
        title: The title.
        hits: The products, in their order.
        context: What the cards share.
    """
    if not hits:
        return Markup("")
    cards = tag(
        "div.sw-carousel-cards",
        render_gallery(hits, context),
        tabindex="0",
        role="group",
        aria_label=title,
    )
    is_compact = context.surface == "recent"
    section = "section.sw-carousel.sw-compact" if is_compact else "section.sw-carousel"
    return tag(section, tag("h3.sw-title", title), cards, aria_label=title)
