"""The line under the page's name: search or what is for the visitor, and who that is."""

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, Language, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values.profile_view import DEMO_USER_PREFIX
from shopwindow.values.validation import MAX_ID_CHARS

_TABS = ("search", "foryou")
_MAX_SHOWN = 40


def render_visitor_bar(view: View) -> Markup:
    """Return the switch between both tabs and, where events are logged, the choice of a visitor."""
    language = view.language
    tabs = [_tab(each, view) for each in _TABS]
    return tag(
        "nav.sw-visit",
        tag("div.sw-tabs", *tabs, role="group", aria_label=translate("tabs", language)),
        _visitors(view) if view.visitor.has_event_log else "",
        dir=TEXT_DIRECTIONS[language],
        lang=language,
        data_tab=view.visitor.tab,
        aria_label=translate("tabs", language),
    )


def truncate_id(user_id: str) -> str:
    """Return an id as it is shown: a long one is cut."""
    return user_id if len(user_id) <= _MAX_SHOWN else f"{user_id[: _MAX_SHOWN - 1]}…"


def _tab(name: str, view: View) -> Markup:
    return action_button(
        "tab",
        translate(f"tab_{name}", view.language),
        data_value=name,
        data_key=f"tab {name}",
        aria_pressed="true" if view.visitor.tab == name else "false",
    )


def _visitors(view: View) -> Markup:
    visit, language = view.visitor, view.language
    own = () if not visit.user_id or visit.user_id in visit.known_user_ids else (visit.user_id,)
    options = [tag("option", translate("stranger", language), value="", selected=not visit.user_id)]
    options += [
        tag("option", _label(each, language), value=each, selected=each == visit.user_id)
        for each in (*own, *visit.known_user_ids)
    ]
    menu = tag("select", *options, data_change="visitor", data_key="visitor", dir="auto")
    typed = tag(
        "input",
        type="text",
        maxlength=str(MAX_ID_CHARS),
        placeholder=translate("new_visitor_help", language),
        aria_label=translate("new_visitor", language),
        title=translate("new_visitor", language),
        autocomplete="off",
        spellcheck="false",
        data_change="visitor",
        data_key="new visitor",
    )
    label = tag("span.sw-label", translate("visitor", language))
    return tag("div.sw-who", tag("label", label, menu), typed)


def _label(user_id: str, language: Language) -> str:
    if not user_id.startswith(DEMO_USER_PREFIX):
        return truncate_id(user_id)
    return translate("sample", language, name=truncate_id(user_id.removeprefix(DEMO_USER_PREFIX)))
