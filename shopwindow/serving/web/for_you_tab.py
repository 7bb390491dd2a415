"""The tab *For you*: who the visitor is, what they saw last, and their feed."""

from collections.abc import Sequence

from shopwindow.serving.web.card_context import CardLook
from shopwindow.serving.web.cards import gallery
from shopwindow.serving.web.filter_chips import active
from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.profile_panel import person_panel
from shopwindow.serving.web.translations import say
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import short
from shopwindow.values import Hit
from shopwindow.values.profile_view import SAMPLE_PREFIX


def foryou_heading(view: View) -> Markup:
    """Return whose page it is, what it is made of, and the filters that are on."""
    visit, language = view.visit, view.language
    if visit.user_id:
        name = short(visit.user_id.removeprefix(SAMPLE_PREFIX))
        title = say("for_visitor", language, name=name)
    else:
        title = say("for_stranger", language)
    made_up = visit.user_id.startswith(SAMPLE_PREFIX)
    off = "" if visit.has_log else tag("p.sw-told", say("events_off", language), role="status")
    return tag(
        "header.sw-head",
        tag("h2", title, dir="auto"),
        tag("p.sw-status", say("sample_help", language)) if made_up else "",
        off,
        active(view) if view.hits or view.notice else "",
    )


def about_visitor(view: View) -> Markup:
    """Return what is known of the visitor and what they saw last; nothing for a stranger."""
    if view.visit.person is None:
        return Markup("")
    look = CardLook(view.language, surface="recent")
    seen = row(say("recent", view.language), view.visit.recent, look)
    return tag("div.sw-person-and-seen", person_panel(view.visit, view.language), seen)


def feed_heading(view: View) -> Markup:
    """Return the title of the feed with how many products it shows."""
    if view.notice is not None or not view.hits:
        return Markup("")
    language = view.language
    is_personal = view.visit.person is not None and bool(view.visit.person.n_touches)
    name = "status_one" if len(view.hits) == 1 else "status_all"
    shown = say(name, language, shown=f"{len(view.hits):,}", ms=f"{view.took_ms:.0f}")
    about = say("over_feed" if is_personal else "over_stranger", language)
    status = tag("p.sw-status", tag("strong", shown), tag("span.sw-over", about), role="status")
    return tag("header.sw-head", tag("h3.sw-title", say("feed", language)), status)


def row(title: str, hits: Sequence[Hit], look: CardLook) -> Markup:
    """Return products side by side under a title; nothing without products.

    Args:
        title: The title.
        hits: The products, in their order.
        look: What the cards share.
    """
    if not hits:
        return Markup("")
    cards = tag(
        "div.sw-row-cards", gallery(hits, look), tabindex="0", role="group", aria_label=title
    )
    kind = "section.sw-row.sw-small" if look.surface == "recent" else "section.sw-row"
    return tag(kind, tag("h3.sw-title", title), cards, aria_label=title)
