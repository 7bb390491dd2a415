"""Words that are right although the catalogue does not have them."""

from functools import cache

from spellchecker import SpellChecker

from core.arabic import without_article
from core.encoder import Encoder, KnowsWords
from index.analyser import fold
from search.understanding.stems import stems_of
from search.understanding.synonyms import Synonyms

LANGUAGES = ("en", "ar")
"""Whose dictionaries are asked; a shopper's "beads" is no mistyped "beans"."""


class KnownWords:
    """Dictionaries of two languages, the words of the synonyms, and those the encoder has whole.

    Args:
        encoder: The encoder, which may know words.
        synonyms: Phrases that mean the same.
    """

    def __init__(self, encoder: Encoder, synonyms: Synonyms) -> None:
        self._encoder = encoder
        self._synonyms = synonyms

    def has(self, word: str) -> bool:
        """Return whether this is a word.

        Args:
            word: One word, in any case; the Arabic article may stand before it.
        """
        plain = word.casefold()
        if self._synonyms.stems.issuperset(stems_of(plain)):
            return True
        if not dictionary().isdisjoint({fold(plain), fold(without_article(plain))}):
            return True
        return isinstance(self._encoder, KnowsWords) and self._encoder.knows_word(plain)


@cache
def dictionary() -> frozenset[str]:
    """Return every word of the languages, folded; 1.5 s and 40 MB, once in a process."""
    checkers = [SpellChecker(language=each, distance=1) for each in LANGUAGES]
    words = (word for checker in checkers for word in checker.word_frequency.dictionary)
    return frozenset(word if word.isascii() else fold(word) for word in words)
