"""How the query was interpreted, as chips that undo an interpretation."""

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import QueryInterpretation
from shopwindow.values.display_formats import Language


def render_interpretations(view: View) -> Markup:
    """Return a chip for each interpretation; a click searches for its phrase as typed."""
    if not view.interpretations or view.similar_to:
        return Markup("")
    language = view.language
    chips = [_render_chip(interpretation, language) for interpretation in view.interpretations]
    label = translate("interpreted_as", language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-chip-row", head, *chips, role="group", aria_label=label)


def _render_chip(interpretation: QueryInterpretation, language: Language) -> Markup:
    label = _describe(interpretation, language)
    verbatim = translate("search_verbatim", language, typed=interpretation.text)
    return action_button(
        "verbatim",
        tag("bdi", label),
        tag("span", "×", aria_hidden="true"),
        class_="sw-chip",
        data_value=interpretation.text,
        data_key=f"interpretation {interpretation.kind} {interpretation.text}",
        title=verbatim,
        aria_label=f"{label}: {verbatim}",
    )


def _describe(interpretation: QueryInterpretation, language: Language) -> str:
    kind, typed, value = interpretation.kind, interpretation.text, interpretation.value
    if kind in {"spelling", "negation"}:
        return translate(f"interpreted_{kind}", language, typed=typed, value=value)
    if kind == "price" and not interpretation.is_filter:
        return translate("interpreted_price_unavailable", language, value=value)
    name = translate(kind, language) if kind in MESSAGE_KEYS else kind
    return f"{name}: {value}"
