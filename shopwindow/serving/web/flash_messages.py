"""What the page tells after something was done: in one line, from what changed."""

from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.translations import Language, localize_title, translate
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.serving.web.visitor_state import ErasureResult, InteractionEffect, InterestChange
from shopwindow.values.event import EventKind


def render_flash_message(view: View) -> Markup:
    """Return what came of what was done last; nothing when nothing was."""
    done, language = view.visitor.flash_message, view.language
    if done is None:
        return Markup("")
    if isinstance(done, ErasureResult):
        line = translate("erased", language, name=truncate_id(done.user_id), n=f"{done.n_events:,}")
    else:
        line = describe_effect(done, language)
    return tag("p.sw-told.sw-effect", line, role="status", dir="auto")


def describe_effect(done: InteractionEffect, language: Language) -> str:
    """Return what a deed changed, as one line of plain words."""
    parts = [_shown(done, language), _shift(done.interest_change, language)]
    comma = "؛ " if language == "ar" else "; "
    changes = comma.join(part for part in parts if part) or translate("no_change", language)
    return f"{_after(done.kind, language)} {changes}."


def _after(kind: EventKind, language: Language) -> str:
    return translate(f"after_{kind}", language)


def _shown(done: InteractionEffect, language: Language) -> str:
    if not done.n_shown:
        return ""
    if done.n_new:
        return translate("n_new", language, n=done.n_new, shown=done.n_shown)
    if done.n_moved:
        return translate("n_moved", language, n=done.n_moved, shown=done.n_shown)
    return translate("none_moved", language)


def _shift(shift: InterestChange | None, language: Language) -> str:
    if shift is None:
        return ""
    name, now = localize_title(shift.product, language), f"{100 * shift.share:.0f}"
    kind = "dislike" if shift.is_dislike else "interest"
    if shift.previous_share is None:
        return translate(f"{kind}_new", language, name=name, n=now)
    before = f"{100 * shift.previous_share:.0f}"
    change = "same" if before == now else "shift"
    return translate(f"{kind}_{change}", language, name=name, n=now, before=before)
