"""What was read out of the shopper's words, as chips that take it back."""

from shopwindow.serving.web.markup import Markup, action, tag
from shopwindow.serving.web.translations import NAMES, Language, say
from shopwindow.serving.web.view_model import View
from shopwindow.values.response import Reading


def readings(view: View) -> Markup:
    """Return a chip for each thing that was read; a click searches for the words as they are."""
    if not view.readings or view.similar_to:
        return Markup("")
    language = view.language
    chips = [_chip(each, language) for each in view.readings]
    label = say("understood", language)
    head = tag("span.sw-label", label)
    return tag("div.sw-chips.sw-line", head, *chips, role="group", aria_label=label)


def _chip(reading: Reading, language: Language) -> Markup:
    label = _label(reading, language)
    return action(
        "literal",
        tag("bdi", label),
        tag("span", "×", aria_hidden="true"),
        class_="sw-chip",
        data_value=reading.typed,
        data_key=f"read {reading.kind} {reading.typed}",
        title=say("take_literally", language, typed=reading.typed),
        aria_label=f"{label}: {say('take_literally', language, typed=reading.typed)}",
    )


def _label(reading: Reading, language: Language) -> str:
    if reading.kind in {"spelling", "without"}:
        return say(f"read_{reading.kind}", language, typed=reading.typed, value=reading.value)
    if reading.kind == "price" and not reading.is_filter:
        return say("read_no_price", language, value=reading.value)
    kind = say(reading.kind, language) if reading.kind in NAMES else reading.kind
    return f"{kind}: {reading.value}"
