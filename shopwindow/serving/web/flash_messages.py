"""The one-line message after an action: what it changed."""

from markupsafe import Markup

from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.translations import localize_title, translate, translate_count
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.serving.web.visitor_state import ErasureResult, InteractionEffect, InterestChange
from shopwindow.values.display_formats import Language, format_percent


def render_flash_message(view: View) -> Markup:
    """Return the effect of the last action; nothing without one."""
    message, language = view.visitor.flash_message, view.language
    if message is None:
        return Markup("")
    if isinstance(message, ErasureResult):
        events = translate_count("events", message.n_events, language)
        name = truncate_id(message.user_id)
        line = translate("erased", language, name=name, events=events)
    else:
        line = describe_effect(message, language)
    return render_component("message", text=line, is_flash=True)


def describe_effect(effect: InteractionEffect, language: Language) -> str:
    """Return what an interaction changed, as one line of text."""
    parts = [
        _describe_hits(effect, language),
        _describe_interest(effect.interest_change, language),
    ]
    separator = "؛ " if language == "ar" else "; "
    changes = separator.join(part for part in parts if part)
    introduction = translate(f"after_{effect.kind}", language)
    return f"{introduction} {changes or translate('nothing_changed', language)}."


def _describe_hits(effect: InteractionEffect, language: Language) -> str:
    if not effect.n_shown:
        return ""
    if effect.n_new:
        return translate("products_new", language, n=effect.n_new, shown=effect.n_shown)
    if effect.n_moved:
        return translate("products_moved", language, n=effect.n_moved, shown=effect.n_shown)
    return translate("order_unchanged", language)


def _describe_interest(change: InterestChange | None, language: Language) -> str:
    if change is None:
        return ""
    name = localize_title(change.product, language)
    share = format_percent(change.share, language)
    kind = "dislike" if change.is_dislike else "interest"
    if change.previous_share is None:
        return translate(f"{kind}_new", language, name=name, share=share)
    before = format_percent(change.previous_share, language)
    key = "unchanged" if before == share else "changed"
    return translate(f"{kind}_{key}", language, name=name, share=share, before=before)
