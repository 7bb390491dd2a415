"""The bar under the page's name: tabs, and the visitor."""

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import DEMO_USER_PREFIX, MAX_ID_CHARS
from shopwindow.values.display_formats import Language

_TABS = ("search", "for_you")
_MAX_DISPLAY_CHARS = 40


def render_visitor_bar(view: View) -> Markup:
    """Return the tabs and, where events are logged, the choice of a visitor."""
    language = view.language
    tabs = [_render_tab(tab, view) for tab in _TABS]
    return tag(
        "nav.sw-visitor-bar",
        tag("div.sw-tabs", *tabs, role="group", aria_label=translate("tabs", language)),
        _render_visitor_picker(view) if view.visitor.has_event_log else "",
        dir=TEXT_DIRECTIONS[language],
        lang=language,
        data_tab=view.visitor.tab,
        aria_label=translate("tabs", language),
    )


def truncate_id(user_id: str) -> str:
    """Return an id as it is displayed: at most 40 characters."""
    if len(user_id) <= _MAX_DISPLAY_CHARS:
        return user_id
    return f"{user_id[: _MAX_DISPLAY_CHARS - 1]}…"


def _render_tab(name: str, view: View) -> Markup:
    return action_button(
        "tab",
        translate(f"tab_{name}", view.language),
        data_value=name,
        data_key=f"tab {name}",
        aria_pressed="true" if view.visitor.tab == name else "false",
    )


def _render_visitor_picker(view: View) -> Markup:
    visitor, language = view.visitor, view.language
    selected, users = visitor.user_id, visitor.known_user_ids
    if selected and selected not in users:
        users = (selected, *users)
    anonymous = translate("anonymous_visitor", language)
    options = [tag("option", anonymous, value="", selected=not selected)]
    options += [
        tag("option", _label_user(user, language), value=user, selected=user == selected)
        for user in users
    ]
    menu = tag("select", *options, data_change="visitor", data_key="visitor", dir="auto")
    new_visitor = tag(
        "input",
        type="text",
        maxlength=str(MAX_ID_CHARS),
        placeholder=translate("new_visitor_placeholder", language),
        aria_label=translate("new_visitor", language),
        title=translate("new_visitor", language),
        autocomplete="off",
        spellcheck="false",
        data_change="visitor",
        data_key="new visitor",
    )
    label = tag("span.sw-label", translate("visitor", language))
    return tag("div.sw-visitor-picker", tag("label", label, menu), new_visitor)


def _label_user(user_id: str, language: Language) -> str:
    if not user_id.startswith(DEMO_USER_PREFIX):
        return truncate_id(user_id)
    name = truncate_id(user_id.removeprefix(DEMO_USER_PREFIX))
    return translate("demo_visitor", language, name=name)
