"""What the page tells after something was done: in one line, from what changed."""

from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.translations import Language, say, title_of
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import short
from shopwindow.serving.web.visitor_state import Effect, Erased, Shift
from shopwindow.values.event import EventKind


def told(view: View) -> Markup:
    """Return what came of what was done last; nothing when nothing was."""
    done, language = view.visit.told, view.language
    if done is None:
        return Markup("")
    if isinstance(done, Erased):
        line = say("erased", language, name=short(done.user_id), n=f"{done.n_events:,}")
    else:
        line = effect_line(done, language)
    return tag("p.sw-told.sw-effect", line, role="status", dir="auto")


def effect_line(done: Effect, language: Language) -> str:
    """Return what a deed changed, as one line of plain words."""
    parts = [_shown(done, language), _shift(done.shift, language)]
    comma = "؛ " if language == "ar" else "; "
    changes = comma.join(part for part in parts if part) or say("no_change", language)
    return f"{_after(done.kind, language)} {changes}."


def _after(kind: EventKind, language: Language) -> str:
    return say(f"after_{kind}", language)


def _shown(done: Effect, language: Language) -> str:
    if not done.n_shown:
        return ""
    if done.n_new:
        return say("n_new", language, n=done.n_new, shown=done.n_shown)
    if done.n_moved:
        return say("n_moved", language, n=done.n_moved, shown=done.n_shown)
    return say("none_moved", language)


def _shift(shift: Shift | None, language: Language) -> str:
    if shift is None:
        return ""
    name, now = title_of(shift.name, language), f"{100 * shift.share:.0f}"
    kind = "dislike" if shift.is_dislike else "interest"
    if shift.before is None:
        return say(f"{kind}_new", language, name=name, n=now)
    before = f"{100 * shift.before:.0f}"
    change = "same" if before == now else "shift"
    return say(f"{kind}_{change}", language, name=name, n=now, before=before)
