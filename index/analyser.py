"""Words of a text as the index knows them: folded, stemmed, numbered.

One analyser serves feed and query, and its `ANALYSER_VERSION` is stored with each index, because
two versions do not find each other's words.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import mmh3
import Stemmer

from core.arabic import with_one_alef, without_article, without_marks

ANALYSER_VERSION = "1"

_WORD = re.compile(r"\d+(?:[.,٫]\d+)+|\w+", re.UNICODE)
_ARABIC = re.compile(r"[\u0600-\u06FF]")
_FEMININE = str.maketrans("ة", "ه")
_CACHED_WORDS = 200_000

_english = Stemmer.Stemmer("english", 0)
_arabic = Stemmer.Stemmer("arabic", 0)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Attributes:
        surface: The word as it was written.
        stem: Its folded stem; words with equal stems find each other.
        number: The stem's 32-bit murmur3 hash, its place in the sparse vector.
    """

    surface: str
    stem: str
    number: int


def analyse(text: str) -> tuple[Word, ...]:
    """Split a text into its words, in order.

    Args:
        text: Any text; scripts may be mixed.

    Returns:
        The words with their stems; punctuation and blanks are left out.
    """
    surfaces = _WORD.findall(_clean(text))
    return tuple(_word(surface) for surface in surfaces)


def fold(text: str) -> str:
    """Return the text without differences that shoppers do not type: case, marks, alef forms."""
    return " ".join(with_one_alef(_clean(text).casefold()).translate(_FEMININE).split())


def _clean(text: str) -> str:
    return without_marks(text).replace("_", " ")


@lru_cache(maxsize=_CACHED_WORDS)
def _word(surface: str) -> Word:
    stem = _stem(surface.casefold())
    return Word(surface=surface, stem=stem, number=mmh3.hash(stem, signed=False))


def _stem(word: str) -> str:
    if word[0].isdigit():
        return _plain_digits(word).replace(",", ".").replace("٫", ".")
    if not _ARABIC.search(word):
        return str(_english.stemWord(_plain_digits(word)))
    bare = without_article(with_one_alef(_plain_digits(word)))
    # Stemmed before the last letter is folded: the stemmer knows the feminine ending by its ة.
    return str(_arabic.stemWord(bare)).translate(_FEMININE)


def _plain_digits(word: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in word)
