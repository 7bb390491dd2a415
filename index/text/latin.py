"""Latin spelling: diacritics, which shoppers leave out, and elided words such as l' and d'."""

import re
import unicodedata
from collections.abc import Iterable

_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
    }
)
"""Letters that Unicode does not decompose into a base letter and a combining mark."""

_MARKS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036F]+")

_ELIDED_WORDS = {
    "fr": "l|d|j|n|s|c|m|t|qu|jusqu|lorsqu|puisqu|quelqu",
    "it": "l|d|un|c|dell|all|nell|sull|dall|coll|quell|bell|sant",
    "ca": "l|d|s|m|t|n",
}
"""Words that lose their last letter before a vowel, by language: l'été, dell'arte."""

_ELISION_PATTERNS = {
    code: re.compile(rf"(?<![\w'’ʼ])(?:{words})['’ʼ](?=\w)", re.IGNORECASE)
    for code, words in _ELIDED_WORDS.items()
}
ELISION_LANGUAGES = frozenset(_ELISION_PATTERNS)


def strip_latin_diacritics(text: str) -> str:
    """Return the text without diacritics on Latin letters: "été" is "ete", "kırmızı" is "kirmizi".

    Other scripts keep theirs: the Russian й is not и.
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text).translate(_LETTERS)
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed))


def strip_elisions(text: str, languages: Iterable[str]) -> str:
    """Return the text without the elided words of some languages: "d'hiver" is "hiver".

    Args:
        text: Any text.
        languages: Two-letter codes; languages without elisions change nothing.
    """
    for language in languages:
        if language in _ELISION_PATTERNS:
            text = _ELISION_PATTERNS[language].sub("", text)
    return text
