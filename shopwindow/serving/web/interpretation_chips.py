"""What was read out of the shopper's words, as chips that take it back."""

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import MESSAGE_KEYS, Language, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values.response import QueryInterpretation


def render_interpretations(view: View) -> Markup:
    """Return a chip for each thing that was read; a click searches for the words as they are."""
    if not view.interpretations or view.similar_to:
        return Markup("")
    language = view.language
    chips = [_chip(each, language) for each in view.interpretations]
    label = translate("understood", language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-line", head, *chips, role="group", aria_label=label)


def _chip(reading: QueryInterpretation, language: Language) -> Markup:
    label = _label(reading, language)
    return action_button(
        "verbatim",
        tag("bdi", label),
        tag("span", "×", aria_hidden="true"),
        class_="sw-chip",
        data_value=reading.text,
        data_key=f"read {reading.kind} {reading.text}",
        title=translate("take_literally", language, typed=reading.text),
        aria_label=f"{label}: {translate('take_literally', language, typed=reading.text)}",
    )


def _label(reading: QueryInterpretation, language: Language) -> str:
    if reading.kind in {"spelling", "negation"}:
        return translate(f"read_{reading.kind}", language, typed=reading.text, value=reading.value)
    if reading.kind == "price" and not reading.is_filter:
        return translate("read_no_price", language, value=reading.value)
    kind = translate(reading.kind, language) if reading.kind in MESSAGE_KEYS else reading.kind
    return f"{kind}: {reading.value}"
