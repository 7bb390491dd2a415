"""The tab *For you*: who the visitor is, what they saw last, and their feed."""

from collections.abc import Sequence

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.filter_chips import render_active_filters
from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.profile_panel import render_profile_panel
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.values import Hit
from shopwindow.values.profile_view import DEMO_USER_PREFIX


def render_for_you_heading(view: View) -> Markup:
    """Return whose page it is, what it is made of, and the filters that are on."""
    visit, language = view.visitor, view.language
    if visit.user_id:
        name = truncate_id(visit.user_id.removeprefix(DEMO_USER_PREFIX))
        title = translate("for_visitor", language, name=name)
    else:
        title = translate("for_stranger", language)
    made_up = visit.user_id.startswith(DEMO_USER_PREFIX)
    off = (
        ""
        if visit.has_event_log
        else tag("p.sw-told", translate("events_off", language), role="status")
    )
    return tag(
        "header.sw-head",
        tag("h2", title, dir="auto"),
        tag("p.sw-status", translate("sample_help", language)) if made_up else "",
        off,
        render_active_filters(view) if view.hits or view.notice else "",
    )


def render_visitor(view: View) -> Markup:
    """Return what is known of the visitor and what they saw last; nothing for a stranger."""
    if view.visitor.profile is None:
        return Markup("")
    look = CardContext(view.language, surface="recent")
    seen = render_carousel(translate("recent", view.language), view.visitor.recently_viewed, look)
    return tag("div.sw-person-and-seen", render_profile_panel(view.visitor, view.language), seen)


def render_recommendations_heading(view: View) -> Markup:
    """Return the title of the feed with how many products it shows."""
    if view.notice is not None or not view.hits:
        return Markup("")
    language = view.language
    is_personal = view.visitor.profile is not None and bool(view.visitor.profile.n_interactions)
    name = "status_one" if len(view.hits) == 1 else "status_all"
    shown = translate(name, language, shown=f"{len(view.hits):,}", ms=f"{view.took_ms:.0f}")
    about = translate("over_feed" if is_personal else "over_stranger", language)
    status = tag("p.sw-status", tag("strong", shown), tag("span.sw-over", about), role="status")
    return tag("header.sw-head", tag("h3.sw-title", translate("feed", language)), status)


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
        "div.sw-row-cards",
        render_gallery(hits, context),
        tabindex="0",
        role="group",
        aria_label=title,
    )
    kind = "section.sw-row.sw-small" if context.surface == "recent" else "section.sw-row"
    return tag(kind, tag("h3.sw-title", title), cards, aria_label=title)
