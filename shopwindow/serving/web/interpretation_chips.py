"""How the query was interpreted, as chips that undo an interpretation."""

from dataclasses import dataclass

from markupsafe import Markup

from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import QueryInterpretation
from shopwindow.values.display_formats import Language


@dataclass(frozen=True, slots=True)
class InterpretationChip:
    """An interpretation of a phrase of the query, which a click undoes.

    Attributes:
        kind: Its kind.
        typed: The phrase.
        label: What it was interpreted as.
        search_verbatim: What a click does.
    """

    kind: str
    typed: str
    label: str
    search_verbatim: str


def render_interpretations(view: View) -> Markup:
    """Return a chip for each interpretation; a click searches for its phrase as typed."""
    if not view.interpretations or view.similar_to:
        return Markup("")
    language = view.language
    chips = [
        InterpretationChip(
            interpretation.kind,
            interpretation.text,
            _describe(interpretation, language),
            translate("search_verbatim", language, typed=interpretation.text),
        )
        for interpretation in view.interpretations
    ]
    label = translate("interpreted_as", language)
    return render_component("interpretations", label=label, chips=chips)


def _describe(interpretation: QueryInterpretation, language: Language) -> str:
    kind, typed, value = interpretation.kind, interpretation.text, interpretation.value
    if kind in {"spelling", "negation"}:
        return translate(f"interpreted_{kind}", language, typed=typed, value=value)
    if kind == "price" and not interpretation.is_filter:
        return translate("interpreted_price_unavailable", language, value=value)
    name = translate(kind, language) if kind in MESSAGE_KEYS else kind
    return f"{name}: {value}"
