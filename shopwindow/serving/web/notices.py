"""What was done beside the search itself: filters given up, products folded, a page of the shop."""

from urllib.parse import urlsplit

from shopwindow.serving.web.filter_chips import list_active_filters
from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import MESSAGE_KEYS, Language, translate
from shopwindow.serving.web.view_model import View


def render_redirect(view: View) -> Markup:
    """Return a link to the page that the shop has for this search; nothing for another address."""
    if not is_safe_url(view.redirect):
        return Markup("")
    link = tag(
        "a",
        tag("bdi", view.redirect, dir="ltr"),
        href=view.redirect,
        target="_blank",
        rel="noopener",
        title=translate("new_tab", view.language),
    )
    told = tag("strong", translate("redirect", view.language))
    return tag("p.sw-told", told, " ", link, role="status")


def is_safe_url(address: str) -> bool:
    """Return whether an address is http(s), or a path of this shop: nothing that runs a script."""
    if any(each in address for each in "\\\t\r\n"):  # browsers read these as / or as nothing
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme or parts.netloc:
        return parts.scheme.lower() in {"http", "https"} and bool(parts.netloc)
    return address.startswith("/")


def render_relaxed_filters(view: View) -> Markup:
    """Return which filters were given up because nothing passed them all."""
    if not view.relaxed or view.notice is not None:
        return Markup("")
    language = view.language
    asked = [label for _, _, label in list_active_filters(view.filters, language)]
    given_up = [_filter_name(name, language) for name in view.relaxed]
    comma = "، " if language == "ar" else ", "
    told = translate("relaxed", language, asked=comma.join(asked), given_up=comma.join(given_up))
    return tag("p.sw-told", told, role="status")


def render_low_confidence(view: View) -> Markup:
    """Return that nothing was really found, above what comes nearest."""
    if view.is_confident or not view.hits or view.notice is not None:
        return Markup("")
    return tag("p.sw-told", translate("unsure", view.language), role="status")


def _filter_name(name: str, language: Language) -> str:
    return translate(name, language) if name in MESSAGE_KEYS else name.replace("_", " ")


def render_collapse_toggle(view: View) -> Markup:
    """Return how many products stand behind others, with the way to see each by itself."""
    if not view.has_query or not view.hits or view.filters.group_id:
        return Markup("")
    if view.choices.collapse and not view.n_collapsed:
        return Markup("")
    names = ("folded", "unfold") if view.choices.collapse else ("unfolded", "fold")
    told, doing = (translate(name, view.language, n=f"{view.n_collapsed:,}") for name in names)
    button = action_button("collapse", doing, class_="sw-link", data_key="collapse")
    return tag("span.sw-folded", tag("span", told), button)
