"""Words of a text as the index knows them: folded, stemmed, numbered.

One analyser serves feed and query, and its `ANALYZER_VERSION` is stored with each index, because
two versions do not find each other's words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import mmh3

from index.text.latin import ELISION_LANGUAGES, strip_elisions, strip_latin_diacritics
from index.text.stemming import get_stemmer_language, stem_word
from shopwindow.values.arabic import normalize_alef, strip_diacritics

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
"""Units by their short form, with how they are written."""

_UNIT_OF = {fold: unit for unit, forms in _UNITS.items() for fold in forms.split("|")}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_WORD = re.compile(r"\d+(?:[.,٫]\d+)+|\w+")
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})[ -]?(?P<unit>{_UNIT})(?!\w)|(?P<compound>\w+(?:-\w+)+)|"
    rf"(?:{_NUMBER}|\w+)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_FEMININE = str.maketrans("ة", "ه")
_CACHED_WORDS = 200_000


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text.

    Attributes:
        surface: The word as it was written.
        source: What it was read from: the word, or the compound or number with unit around it.
        stem: Its folded stem; words with equal stems find each other.
        term_id: The stem's 32-bit murmur3 hash, its place in the sparse vector.
    """

    surface: str
    source: str
    stem: str
    term_id: int


def analyze(text: str, language: str = "") -> tuple[Token, ...]:
    """Split a text into its words, in order.

    Args:
        text: Any text; scripts may be mixed.
        language: The language that it is in ("fr", "pt-BR"), by whose stemmer Latin words are
            stemmed: the English one when it is unknown or has none. Arabic words are Arabic in any.

    Returns:
        The words with their stems; punctuation and blanks are left out. A number with its unit
        gives both, and both in one ("256 GB": 256, gb, 256gb); a word with hyphens its parts and
        the whole ("T-shirt": t, shirt, tshirt; "DSL-N10": dsl, n10, dsln10), so that all ways to
        write it find each other.
    """
    code = get_stemmer_language(language) if language else ""
    bare = _POSSESSIVE.sub("", normalize_text(text))
    if code in ELISION_LANGUAGES:
        bare = strip_elisions(bare, (code,))
    return tuple(
        _word(surface, found[0], code)
        for found in _TOKEN.finditer(bare)
        for surface in _surfaces(found)
    )


def get_stems(token: Token, languages: Iterable[str]) -> tuple[str, ...]:
    """Return the different stems of a word: its own, and those it has in further languages.

    Args:
        token: A word whose language is not known.
        languages: Codes that `get_stemmer_language` returns.
    """
    others = (_word(token.surface, token.source, each).stem for each in languages)
    return tuple(dict.fromkeys((token.stem, *others)))


def _surfaces(found: re.Match[str]) -> tuple[str, ...]:
    if found["unit"]:
        unit = _UNIT_OF[found["unit"].casefold()]
        return found["number"], unit, found["number"] + unit
    if found["compound"]:
        parts = found["compound"].split("-")
        joined = "".join(parts)
        return (*parts,) if joined.isdigit() else (*parts, joined)
    return (found[0],)


def map_words(text: str, transform: Callable[[str], str]) -> str:
    """Return a text, cleaned, with each of its words put through a function."""
    return _WORD.sub(lambda found: transform(found.group()), normalize_text(text))


def fold(text: str) -> str:
    """Return the text without differences that shoppers do not type: case, marks, alef forms."""
    small = strip_latin_diacritics(normalize_text(text).casefold())
    return " ".join(normalize_alef(small).translate(_FEMININE).split())


def normalize_text(text: str) -> str:
    """Return the text in plain letters, without Arabic vowel signs and underscores."""
    # The small form of the Turkish İ, as many programs write it, is i with a dot of its own.
    return strip_diacritics(text).replace("_", " ").replace("i\u0307", "i")


@lru_cache(maxsize=_CACHED_WORDS)
def _word(surface: str, typed: str, language: str) -> Token:
    stem = _stem(surface.casefold(), language)
    return Token(surface=surface, source=typed, stem=stem, term_id=hash_term(stem))


def hash_term(stem: str) -> int:
    """Return the place of a stem in the sparse vectors, 0 to 2**32 - 1."""
    return int(mmh3.hash(stem, signed=False))


def _stem(word: str, language: str) -> str:
    if word[0].isdigit():
        return _plain_digits(word).replace(",", ".").replace("٫", ".")
    return stem_word(_plain_digits(word), language)


def _plain_digits(word: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in word)
