"""Captions from attributes, in English and Arabic: "white running shoes", "حذاء رياضي أبيض"."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from shopwindow.values.lexicon import read_lexicon
from tools.train_compact.datasets import LabeledProduct


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that is true of every photo with these attributes.

    Attributes:
        text: The words.
        color: The colour that it names; empty when it names none.
        product_type: The kind that it names.
        audience: For whom; empty when it does not say.
    """

    text: str
    color: str
    product_type: str
    audience: str


def generate_captions(photo: LabeledProduct) -> tuple[Caption, ...]:
    """Return every caption of a photo's attributes: each with and without colour and person."""
    return _captions(photo.product_type, photo.color, photo.audience)


@cache
def _captions(kind: str, colour: str, person: str) -> tuple[Caption, ...]:
    found = []
    for with_colour, with_person in product((True, False), (True, False)):
        named = colour if with_colour else "", kind, person if with_person else ""
        if (with_colour and not colour) or (with_person and not person):
            continue
        texts = dict.fromkeys((*_english(*named), *_arabic(*named)))
        found += [Caption(text, *named) for text in texts]
    return tuple(found)


def _english(colour: str, kind: str, person: str) -> Iterator[str]:
    lexicon = read_lexicon()
    colours = _words("colours", colour, 0)
    people = _words("people", person, 0)
    kinds = lexicon["kinds"].get(kind, [kind.lower()])[0].split("|")
    for shade, whose, thing in product(colours, people, kinds):
        yield " ".join(filter(None, (shade, whose, thing)))


def _arabic(colour: str, kind: str, person: str) -> Iterator[str]:
    """Yield noun, then for whom, then the colour, both agreeing with the noun."""
    words = read_lexicon()["kinds"].get(kind)
    if words is None:
        return
    form = 2 if words[2] == "f" else 1
    nouns = words[1].split("|")
    for noun, whose, shade in product(
        nouns, _words("people", person, form), _words("colours", colour, form)
    ):
        yield " ".join(filter(None, (noun, whose, shade)))


def _words(part: str, name: str, form: int) -> list[str]:
    """Return the words for a name in one form, [""] for no name, and none for an unknown one."""
    if not name:
        return [""]
    entry = read_lexicon()[part].get(name)
    if entry is None:
        return [name.lower()] if form == 0 else []
    return entry[form].split("|")
