"""The tab *For you*: the visitor's profile, recently viewed products and recommendations."""

from collections.abc import Sequence

from markupsafe import Markup

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.filter_chips import render_active_filters
from shopwindow.serving.web.profile_panel import render_profile_panel
from shopwindow.serving.web.translations import translate, translate_count
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.values import DEMO_USER_PREFIX, Hit
from shopwindow.values.display_formats import Language


def render_for_you_heading(view: View) -> Markup:
    """Return whose recommendations these are, and the active filters."""
    visitor, language = view.visitor, view.language
    if visitor.user_id:
        name = truncate_id(visitor.user_id.removeprefix(DEMO_USER_PREFIX))
        title = translate("recommended_for", language, name=name)
    else:
        title = translate("recommended", language)
    is_demo = visitor.user_id.startswith(DEMO_USER_PREFIX)
    return render_component(
        "for_you_heading",
        title=title,
        demo_help=translate("demo_visitor_help", language) if is_demo else "",
        events_disabled="" if visitor.has_event_log else _render_events_disabled(language),
        active_filters=render_active_filters(view) if view.hits or view.notice else "",
    )


def _render_events_disabled(language: Language) -> Markup:
    return render_component("message", text=translate("events_disabled", language), is_flash=False)


def render_visitor(view: View) -> Markup:
    """Return the visitor's profile and recently viewed products; nothing for an anonymous one."""
    visitor, language = view.visitor, view.language
    if visitor.profile is None:
        return Markup("")
    context = CardContext(language, surface="recent")
    title = translate("recently_viewed", language)
    return render_component(
        "profile_and_recent",
        profile=render_profile_panel(visitor, language),
        recently_viewed=render_carousel(title, visitor.recently_viewed, context),
    )


def render_recommendations_heading(view: View) -> Markup:
    """Return the title of the recommendations with how many are shown; the time is the tooltip."""
    if view.notice is not None or not view.hits:
        return Markup("")
    language, profile = view.language, view.visitor.profile
    is_personal = profile is not None and bool(profile.n_interactions)
    about = translate("mixed_across_interests" if is_personal else "popular_and_new", language)
    text = translate_count("products", len(view.hits), language)
    return render_component(
        "list_heading",
        title=translate("recommended_for_you", language),
        status=render_status(text, about, view.took_ms, language),
    )


def render_status(text: str, about: str, took_ms: float, language: Language) -> Markup:
    """Return how many products are shown; the time it took is the tooltip.

    Args:
        text: How many.
        about: What they are; may be empty.
        took_ms: Milliseconds that the request took.
        language: Of the tooltip.
    """
    duration = translate("took_ms", language, ms=round(took_ms))
    return render_component("status", text=text, about=about, duration=duration)


def render_carousel(title: str, hits: Sequence[Hit], context: CardContext) -> Markup:
    """Return products side by side under a title; nothing without products.

    Args:
        title: The title.
        hits: The products, in their order.
        context: What the cards share.
    """
    if not hits:
        return Markup("")
    return render_component(
        "carousel",
        title=title,
        gallery=render_gallery(hits, context),
        is_compact=context.surface == "recent",
    )
