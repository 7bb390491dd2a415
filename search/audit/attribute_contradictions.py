"""Titles that name another colour, or other people, than the product's attributes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from index.text.analyzer import analyze, fold
from search.audit.findings import Finding, ProductSummary
from search.query.phrases import segment_phrases
from search.query.stems import Stems, stem_phrase
from shopwindow.values.lexicon import read_lexicon
from shopwindow.values.product import Product

TermFamilies: TypeAlias = frozenset[str]
"""Families of colours, or people, that a phrase may mean."""

_COLOUR = "color colour base_colour main_color main_colour colors colours اللون لون"
_PEOPLE = "gender sex target_gender الجنس"
COLOR_ATTRIBUTES = frozenset(map(fold, _COLOUR.split()))
AUDIENCE_ATTRIBUTES = frozenset(map(fold, _PEOPLE.split()))
"""Names of attributes, folded, that hold colours and people."""

_FAMILIES = {
    "black": "Black, Charcoal, Navy Blue",
    "grey": "Gray, Grey, Charcoal, Grey Melange, Silver, Steel, Metallic",
    "white": "White, Off White, Cream",
    "beige": "Beige, Cream, Nude, Skin, Off White, Tan, Khaki",
    "brown": "Brown, Coffee Brown, Bronze, Copper, Tan, Rust, Khaki, Beige, Mustard, Olive, Maroon",
    "red": "Red, Maroon, Burgundy, Rust, Rose, Magenta, Copper",
    "pink": "Pink, Rose, Peach, Magenta, Mauve",
    "purple": "Purple, Lavender, Mauve, Magenta, Burgundy",
    "blue": "Blue, Navy Blue, Turquoise Blue, Teal, Sea Green",
    "green": "Green, Olive, Sea Green, Teal, Turquoise Blue, Khaki",
    "yellow": "Yellow, Mustard, Gold, Cream",
    "orange": "Orange, Peach, Rust, Copper",
    "gold": "Gold, Bronze, Copper, Mustard",
}
"""Colours of the lexicon that one thing may be called by, by family. A colour of several families
contradicts only colours that share none of them."""

_OTHER_MEANINGS = (
    "Bronze, Copper, Cream, Gold, Metallic, Nude, Olive, Peach, Rose, Rust, Silver, Skin, Steel, "
    "Tan"
)
"""Colours whose words name a material, a fruit or a kind of goods as often: in a title they may
agree with an attribute, but alone they contradict none."""

_AUDIENCES = {"Men": "men", "Women": "women", "Boys": "boys", "Girls": "girls"}


_NONE: frozenset[Stems] = frozenset()


def find_contradictions(product: Product) -> Iterator[Finding]:
    """Yield where a title, in any language, names none of what an attribute says.

    Yields:
        At most one finding about the colour and one about people.
    """
    checks = (
        ("color_mismatch", COLOR_ATTRIBUTES, _colours(), _doubtful_colours()),
        ("audience_mismatch", AUDIENCE_ATTRIBUTES, _people(), _NONE),
    )
    for kind, names, known, doubtful in checks:
        found = _contradiction(product, names, known, doubtful)
        if found:
            shown = ProductSummary(product.id, found[0], product.image)
            yield Finding(kind, (shown,), found[1])


def _contradiction(
    product: Product,
    names: frozenset[str],
    known: Mapping[Stems, TermFamilies],
    doubtful: frozenset[Stems],
) -> tuple[str, str] | None:
    """Return the title that contradicts an attribute, and in what; None when none does."""
    said = [(name, value) for name, value in product.attributes.items() if fold(name) in names]
    titles = [product.title, *(each.title for each in product.translations.values())]
    brand = frozenset(stem_phrase(product.brand))
    for name, value in said:
        meant = _union(_named(value, known, frozenset()))
        for title in titles:
            named = _named(title, known, brand)
            words = [words for words in named if stem_phrase(words) not in doubtful]
            if meant and words and not _union(named) & meant:
                quoted = ", ".join(f"“{each}”" for each in words)
                return title, f"the title says {quoted}, the attribute {name} says “{value}”"
    return None


def _named(
    text: str, known: Mapping[Stems, TermFamilies], brand: frozenset[str]
) -> dict[str, TermFamilies]:
    """Return what the phrases of a text mean, by phrase; words of the brand mean nothing."""

    def look_up(phrase: Stems) -> list[TermFamilies]:
        return [known[phrase]] if phrase in known else []

    words = [word for word in analyze(text) if word.stem not in brand]
    return {
        " ".join(word.surface for word in phrase): found[0]
        for phrase, found in segment_phrases(words, look_up)
        if found
    }


def _union(meanings: Mapping[str, TermFamilies]) -> TermFamilies:
    return frozenset().union(*meanings.values())


@cache
def _colours() -> Mapping[Stems, TermFamilies]:
    """Return the families of each phrase that names a colour; what says no colour means all."""
    found: dict[Stems, TermFamilies] = {}
    for name, entry in read_lexicon()["colours"].items():
        families = frozenset(f for f, names in _FAMILIES.items() if name in names.split(", "))
        for phrase in _phrases(name, *entry):
            found[phrase] = found.get(phrase, frozenset()) | (families or frozenset(_FAMILIES))
    return found


@cache
def _doubtful_colours() -> frozenset[Stems]:
    entries = read_lexicon()["colours"]
    names = _OTHER_MEANINGS.split(", ")
    return frozenset(each for name in names for each in _phrases(name, *entries[name]))


@cache
def _people() -> Mapping[Stems, TermFamilies]:
    everybody = frozenset(_AUDIENCES.values())
    found: dict[Stems, TermFamilies] = {}
    for name, entry in read_lexicon()["people"].items():
        audience = frozenset({_AUDIENCES[name]}) if name in _AUDIENCES else everybody
        for phrase in _phrases(name, *entry):
            found[phrase] = found.get(phrase, frozenset()) | audience
    return found


def _phrases(*texts: str) -> set[Stems]:
    return {stem_phrase(each) for text in texts for each in text.split("|")}
