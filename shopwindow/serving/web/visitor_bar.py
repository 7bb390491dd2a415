"""The bar under the page's name: tabs, and the visitor."""

from markupsafe import Markup

from shopwindow.serving.web.components import render_block, render_component
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import DEMO_USER_PREFIX, MAX_ID_CHARS
from shopwindow.values.display_formats import Language

_TABS = ("search", "for_you")
_MAX_DISPLAY_CHARS = 40


def render_visitor_bar(view: View) -> Markup:
    """Return the tabs and, where events are logged, the choice of a visitor."""
    language = view.language
    return render_block(
        "visitor_bar",
        language,
        tab=view.visitor.tab,
        tabs={tab: translate(f"tab_{tab}", language) for tab in _TABS},
        tabs_label=translate("tabs", language),
        visitor_picker=_render_visitor_picker(view) if view.visitor.has_event_log else "",
    )


def truncate_id(user_id: str) -> str:
    """Return an id as it is displayed: at most 40 characters."""
    if len(user_id) <= _MAX_DISPLAY_CHARS:
        return user_id
    return f"{user_id[: _MAX_DISPLAY_CHARS - 1]}…"


def _render_visitor_picker(view: View) -> Markup:
    visitor, language = view.visitor, view.language
    selected, user_ids = visitor.user_id, visitor.known_user_ids
    if selected and selected not in user_ids:
        user_ids = (selected, *user_ids)
    names = {user_id: _label_user(user_id, language) for user_id in user_ids}
    return render_component(
        "visitor_picker",
        label=translate("visitor", language),
        users={"": translate("anonymous_visitor", language), **names},
        selected=selected,
        max_chars=MAX_ID_CHARS,
        new_visitor=translate("new_visitor", language),
        placeholder=translate("new_visitor_placeholder", language),
    )


def _label_user(user_id: str, language: Language) -> str:
    if not user_id.startswith(DEMO_USER_PREFIX):
        return truncate_id(user_id)
    name = truncate_id(user_id.removeprefix(DEMO_USER_PREFIX))
    return translate("demo_visitor", language, name=name)
