"""Generate attribute captions in English and Arabic: "white running shoes", "حذاء رياضي أبيض"."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from shopwindow.values.lexicon import read_lexicon
from tools.train_compact.datasets import LabeledProduct


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that matches every photo with these attributes.

    Attributes:
        text: The text.
        color: The colour that it names; empty when it names none.
        product_type: The product type that it names.
        audience: The audience that it names; empty when it names none.
    """

    text: str
    color: str
    product_type: str
    audience: str


def generate_captions(photo: LabeledProduct) -> tuple[Caption, ...]:
    """Return every caption of a photo's attributes: with and without colour and audience."""
    return _generate_captions(photo.product_type, photo.color, photo.audience)


@cache
def _generate_captions(product_type: str, color: str, audience: str) -> tuple[Caption, ...]:
    captions = []
    for with_color, with_audience in product((True, False), (True, False)):
        if (with_color and not color) or (with_audience and not audience):
            continue
        attributes = (
            color if with_color else "",
            product_type,
            audience if with_audience else "",
        )
        texts = dict.fromkeys((*_generate_english(*attributes), *_generate_arabic(*attributes)))
        captions += [Caption(text, *attributes) for text in texts]
    return tuple(captions)


def _generate_english(color: str, product_type: str, audience: str) -> Iterator[str]:
    """Yield colour, audience, product type."""
    colors = _look_up_words("colours", color, 0)
    audiences = _look_up_words("people", audience, 0)
    entry = read_lexicon()["kinds"].get(product_type, [product_type.lower()])
    for words in product(colors, audiences, entry[0].split("|")):
        yield " ".join(filter(None, words))


def _generate_arabic(color: str, product_type: str, audience: str) -> Iterator[str]:
    """Yield noun, audience, colour; the last two agree with the noun."""
    entry = read_lexicon()["kinds"].get(product_type)
    if entry is None:
        return
    form = 2 if entry[2] == "f" else 1
    audiences = _look_up_words("people", audience, form)
    colors = _look_up_words("colours", color, form)
    for words in product(entry[1].split("|"), audiences, colors):
        yield " ".join(filter(None, words))


def _look_up_words(section: str, name: str, form: int) -> list[str]:
    """Return the lexicon's words for a name in one form: 0 English, 1 and 2 Arabic by gender.

    Returns:
        [""] for an empty name; for an unknown one its own English, and no Arabic.
    """
    if not name:
        return [""]
    entry = read_lexicon()[section].get(name)
    if entry is None:
        return [name.lower()] if form == 0 else []
    return entry[form].split("|")
