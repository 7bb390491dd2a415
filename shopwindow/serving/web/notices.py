"""Messages about the results: relaxed filters, low confidence, grouped variants, a redirect."""

from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.filter_chips import list_active_filters
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate, translate_count
from shopwindow.serving.web.typed_input import sanitize_text
from shopwindow.serving.web.view_model import View


def render_redirect(view: View) -> Markup:
    """Return a link to the page that the shop has for this search; nothing for an unsafe URL."""
    if not is_safe_url(view.redirect):
        return Markup("")
    language = view.language
    return render_component(
        "redirect",
        url=view.redirect,
        text=translate("redirect", language, page=_name_page(view.redirect)),
        new_tab=translate("new_tab", language),
    )


def is_safe_url(url: str) -> bool:
    """Return whether a URL is http(s), or a path of this shop: nothing that runs a script."""
    if any(character in url for character in "\\\t\r\n"):  # browsers read these as / or as nothing
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme or parts.netloc:
        return parts.scheme.lower() in {"http", "https"} and bool(parts.netloc)
    return url.startswith("/")


def _name_page(url: str) -> str:
    """Return a readable name of a page: "Diwali" for "/diwali", else the host."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if not segments:
        return parts.netloc or url
    words = sanitize_text(unquote(segments[-1])).replace("-", " ").replace("_", " ").split()
    name = " ".join(words)
    return name[:1].upper() + name[1:]


def render_relaxed_filters(view: View) -> Markup:
    """Return which filters were dropped because no product passed all of them."""
    if not view.relaxed or view.notice is not None:
        return Markup("")
    language = view.language
    filters = [label for _, _, label in list_active_filters(view.filters, language)]
    keys = [f"relaxed_{name}" for name in view.relaxed]
    dropped = dict.fromkeys(key if key in MESSAGE_KEYS else "relaxed_other" for key in keys)
    comma = "، " if language == "ar" else ", "
    text = translate(
        "relaxed",
        language,
        filters=comma.join(filters),
        dropped=comma.join(translate(key, language) for key in dropped),
    )
    return render_component("message", text=text, is_flash=False)


def render_low_confidence(view: View) -> Markup:
    """Return that the query was not matched and the hits are only the closest products."""
    if view.is_confident or not view.hits or view.notice is not None:
        return Markup("")
    text = translate("low_confidence", view.language)
    return render_component("message", text=text, is_flash=False)


def render_collapse_toggle(view: View) -> Markup:
    """Return how many variants are grouped, with a button to show each, or to group them again."""
    if not view.has_query or not view.hits or view.filters.group_id:
        return Markup("")
    is_collapsed, language = view.choices.collapse, view.language
    if is_collapsed and not view.n_collapsed:
        return Markup("")
    if is_collapsed:
        state = translate_count("collapsed", view.n_collapsed, language)
    else:
        state = translate("expanded", language)
    label = translate("expand" if is_collapsed else "collapse", language)
    return render_component("collapse_toggle", state=state, label=label)
