"""Titles that name another colour, or another audience, than the product's attributes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from index.text import analyze, fold
from search.audit.findings import Finding, ProductSummary
from search.query.phrases import segment_phrases
from search.query.stems import Stems, stem_phrase
from shopwindow.values import Product
from shopwindow.values.lexicon import read_lexicon

TermFamilies: TypeAlias = frozenset[str]
"""Families of colours, or audiences, that a phrase may mean."""

_COLOR_NAMES = "color colour base_colour main_color main_colour colors colours اللون لون"
_AUDIENCE_NAMES = "gender sex target_gender الجنس"
COLOR_ATTRIBUTES = frozenset(map(fold, _COLOR_NAMES.split()))
AUDIENCE_ATTRIBUTES = frozenset(map(fold, _AUDIENCE_NAMES.split()))
"""Names of attributes, case-folded, that hold a colour or an audience."""

_COLOR_FAMILIES = {
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
"""Colours of the lexicon that one product may be called, by family. A colour of several families
contradicts only colours that share none of them."""

_AMBIGUOUS_COLORS = (
    "Bronze, Copper, Cream, Gold, Metallic, Nude, Olive, Peach, Rose, Rust, Silver, Skin, Steel, "
    "Tan"
)
"""Colours whose words often name a material, a fruit or a kind of goods: in a title they may agree
with an attribute, but alone they contradict none."""

_AUDIENCES = {"Men": "men", "Women": "women", "Boys": "boys", "Girls": "girls"}


_NO_PHRASES: frozenset[Stems] = frozenset()


def find_contradictions(product: Product) -> Iterator[Finding]:
    """Yield contradictions between titles, in any language, and attributes.

    Yields:
        At most one finding about the colour and one about the audience.
    """
    checks = (
        ("color_mismatch", COLOR_ATTRIBUTES, _build_color_terms(), _build_ambiguous_colors()),
        ("audience_mismatch", AUDIENCE_ATTRIBUTES, _build_audience_terms(), _NO_PHRASES),
    )
    for kind, names, terms, ambiguous in checks:
        contradiction = _find_contradiction(product, names, terms, ambiguous)
        if contradiction:
            summary = ProductSummary(product.id, contradiction[0], product.image)
            yield Finding(kind, (summary,), contradiction[1])


def _find_contradiction(
    product: Product,
    names: frozenset[str],
    terms: Mapping[Stems, TermFamilies],
    ambiguous: frozenset[Stems],
) -> tuple[str, str] | None:
    """Return the title that contradicts an attribute, and the detail; None if none does."""
    attribute_values = [
        (name, value) for name, value in product.attributes.items() if fold(name) in names
    ]
    titles = [product.title, *(translation.title for translation in product.translations.values())]
    brand = frozenset(stem_phrase(product.brand))
    for name, value in attribute_values:
        attribute_families = _union(_find_terms(value, terms, frozenset()))
        for title in titles:
            title_terms = _find_terms(title, terms, brand)
            phrases = [phrases for phrases in title_terms if stem_phrase(phrases) not in ambiguous]
            if attribute_families and phrases and not _union(title_terms) & attribute_families:
                quoted = ", ".join(f"“{phrase}”" for phrase in phrases)
                return title, f"the title says {quoted}, the attribute {name} says “{value}”"
    return None


def _find_terms(
    text: str, terms: Mapping[Stems, TermFamilies], brand: frozenset[str]
) -> dict[str, TermFamilies]:
    """Return the families of a text's terms, by phrase; words of the brand are ignored."""

    def look_up(phrase: Stems) -> list[TermFamilies]:
        return [terms[phrase]] if phrase in terms else []

    tokens = [token for token in analyze(text) if token.stem not in brand]
    return {
        " ".join(token.surface for token in phrase): families_of_phrase[0]
        for phrase, families_of_phrase in segment_phrases(tokens, look_up)
        if families_of_phrase
    }


def _union(meanings: Mapping[str, TermFamilies]) -> TermFamilies:
    return frozenset().union(*meanings.values())


@cache
def _build_color_terms() -> Mapping[Stems, TermFamilies]:
    """Return the families of each colour phrase; colours without a family belong to all."""
    terms: dict[Stems, TermFamilies] = {}
    for name, entry in read_lexicon()["colours"].items():
        families = frozenset(
            family for family, names in _COLOR_FAMILIES.items() if name in names.split(", ")
        )
        for phrase in _stem_phrases(name, *entry):
            terms[phrase] = terms.get(phrase, frozenset()) | (
                families or frozenset(_COLOR_FAMILIES)
            )
    return terms


@cache
def _build_ambiguous_colors() -> frozenset[Stems]:
    entries = read_lexicon()["colours"]
    names = _AMBIGUOUS_COLORS.split(", ")
    return frozenset(phrase for name in names for phrase in _stem_phrases(name, *entries[name]))


@cache
def _build_audience_terms() -> Mapping[Stems, TermFamilies]:
    all_audiences = frozenset(_AUDIENCES.values())
    terms: dict[Stems, TermFamilies] = {}
    for name, entry in read_lexicon()["people"].items():
        audience = frozenset({_AUDIENCES[name]}) if name in _AUDIENCES else all_audiences
        for phrase in _stem_phrases(name, *entry):
            terms[phrase] = terms.get(phrase, frozenset()) | audience
    return terms


def _stem_phrases(*texts: str) -> set[Stems]:
    return {stem_phrase(phrase) for text in texts for phrase in text.split("|")}
