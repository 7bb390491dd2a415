"""Text analysis: tokens with folded stems and term ids.

One analyzer serves feeds and queries. Its `ANALYZER_VERSION` is stored with each index, because the
tokens of two versions do not match.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import mmh3

from index.text.latin import ELISION_LANGUAGES, strip_elisions, strip_latin_diacritics
from index.text.stemming import get_stemmer_language, stem_word
from shopwindow.values import normalize_alef, strip_diacritics

ANALYZER_VERSION = "3"

_NUMBER = r"\d+(?:[.,٫]\d+)*"
_UNITS = {
    "ml": "ml|مل|ملي",
    "l": "l|ltr|liter|liters|litre|litres|لتر",
    "g": "g|gr|gram|grams|جرام|غرام",
    "kg": "kg|kgs|kilo|كجم|كغ|كيلو",
    "oz": "oz|ounce|ounces",
    "lb": "lb|lbs|pound|pounds",
    "mm": "mm|مم",
    "cm": "cm|سم",
    "m": "m|meter|meters|metre|metres|متر",
    "in": 'in|inch|inches|"|بوصة|انش|إنش',
    "ft": "ft|foot|feet",
    "gb": "gb|جيجا|جيجابايت|غيغابايت",
    "tb": "tb|تيرا",
    "mb": "mb",
    "w": "w|watt|watts|واط|وات",
    "v": "v|volt|volts|فولت",
    "mah": "mah",
    "hz": "hz",
    "mp": "mp|megapixel|megapixels|ميجابكسل",
}
"""Spellings of each unit by its short form, separated by bars."""

_UNIT_OF = {form: unit for unit, forms in _UNITS.items() for form in forms.split("|")}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_WORD_PATTERN = re.compile(r"\d+(?:[.,٫]\d+)+|\w+")
_TOKEN_PATTERN = re.compile(
    rf"(?P<number>{_NUMBER})[ -]?(?P<unit>{_UNIT})(?!\w)|(?P<compound>\w+(?:-\w+)+)|"
    rf"(?:{_NUMBER}|\w+)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_FEMININE = str.maketrans("ة", "ه")
_CACHED_WORDS = 200_000


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes:
        surface: The word as it was written.
        source: The text that it comes from: the word itself, or the compound or number with unit
            that it is part of.
        stem: The folded stem; tokens with equal stems match.
        term_id: The stem's 32-bit murmur3 hash, its index in sparse vectors.
    """

    surface: str
    source: str
    stem: str
    term_id: int


def analyze(text: str, language: str = "") -> tuple[Token, ...]:
    """Split a text into tokens, in order.

    Args:
        text: Any text; scripts may be mixed.
        language: Language of the text ("fr", "pt-BR"), whose stemmer is used for Latin words: the
            English one if it is unknown or has none. Arabic words are stemmed as Arabic in any
            language.

    Returns:
        The tokens without punctuation and blanks. A number with a unit gives both and the two
        joined ("256 GB": 256, gb, 256gb); a hyphenated word gives its parts and the whole
        ("T-shirt": t, shirt, tshirt; "DSL-N10": dsl, n10, dsln10), so that all spellings match.
    """
    code = get_stemmer_language(language) if language else ""
    normalized = _POSSESSIVE.sub("", normalize_text(text))
    if code in ELISION_LANGUAGES:
        normalized = strip_elisions(normalized, (code,))
    return tuple(
        _make_token(surface, match[0], code)
        for match in _TOKEN_PATTERN.finditer(normalized)
        for surface in _split_match(match)
    )


def get_stems(token: Token, languages: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct stems of a token: its own, and those in further languages.

    Args:
        token: A token whose language is unknown.
        languages: Codes of `get_stemmer_language`.
    """
    other_stems = (
        _make_token(token.surface, token.source, language).stem for language in languages
    )
    return tuple(dict.fromkeys((token.stem, *other_stems)))


def _split_match(match: re.Match[str]) -> tuple[str, ...]:
    if match["unit"]:
        unit = _UNIT_OF[match["unit"].casefold()]
        return match["number"], unit, match["number"] + unit
    if match["compound"]:
        parts = match["compound"].split("-")
        joined = "".join(parts)
        return (*parts,) if joined.isdigit() else (*parts, joined)
    return (match[0],)


def map_words(text: str, transform: Callable[[str], str]) -> str:
    """Return the normalized text with a function applied to each of its words."""
    return _WORD_PATTERN.sub(lambda match: transform(match.group()), normalize_text(text))


def fold(text: str) -> str:
    """Return the text without case, diacritics and alef forms, which shoppers do not type."""
    lowered = strip_latin_diacritics(normalize_text(text).casefold())
    return " ".join(normalize_alef(lowered).translate(_FEMININE).split())


def normalize_text(text: str) -> str:
    """Return the text without Arabic diacritics and underscores, and with a plain i for İ."""
    # Many programs lowercase the Turkish İ to i with a combining dot.
    return strip_diacritics(text).replace("_", " ").replace("i\u0307", "i")


@lru_cache(maxsize=_CACHED_WORDS)
def _make_token(surface: str, source: str, language: str) -> Token:
    stem = _stem_surface(surface.casefold(), language)
    return Token(surface=surface, source=source, stem=stem, term_id=hash_term(stem))


def hash_term(stem: str) -> int:
    """Return the index of a stem in sparse vectors, 0 to 2**32 - 1."""
    return int(mmh3.hash(stem, signed=False))


def _stem_surface(word: str, language: str) -> str:
    if word[0].isdigit():
        return _to_ascii_digits(word).replace(",", ".").replace("٫", ".")
    return stem_word(_to_ascii_digits(word), language)


def _to_ascii_digits(word: str) -> str:
    return "".join(
        str(unicodedata.digit(char)) if char.isdigit() and char > "9" else char for char in word
    )
