"""Latin spelling: the marks of letters that shoppers leave out, and articles without a blank."""

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
"""Letters that Unicode does not take apart into a letter and its mark."""

_MARKS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036F]+")

_BEFORE_VOWELS = {
    "fr": "l|d|j|n|s|c|m|t|qu|jusqu|lorsqu|puisqu|quelqu",
    "it": "l|d|un|c|dell|all|nell|sull|dall|coll|quell|bell|sant",
    "ca": "l|d|s|m|t|n",
}
"""Words that lose their last letter before a vowel, by language: l'été, dell'arte."""

_ELIDED = {
    code: re.compile(rf"(?<![\w'’ʼ])(?:{words})['’ʼ](?=\w)", re.IGNORECASE)
    for code, words in _BEFORE_VOWELS.items()
}
ELISION_LANGUAGES = frozenset(_ELIDED)


def strip_latin_diacritics(text: str) -> str:
    """Return the text with its Latin letters bare: "été" is "ete", "kırmızı" is "kirmizi".

    Other scripts keep theirs: the Russian й is no и.
    """
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text).translate(_LETTERS)
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def strip_elisions(text: str, languages: Iterable[str]) -> str:
    """Return the text without the elided words of these languages: "d'hiver" is "hiver".

    Args:
        text: Any text.
        languages: Two-letter codes; those that elide nothing change nothing.
    """
    for language in languages:
        if language in _ELIDED:
            text = _ELIDED[language].sub("", text)
    return text
