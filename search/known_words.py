"""Words that are right although the catalogue does not have them."""

from collections.abc import Iterable
from functools import cached_property

from spellchecker import SpellChecker

from core.arabic import without_article
from core.encoder import Encoder, KnowsWords
from core.synonyms import Group
from index.analyser import analyse, fold

LANGUAGES = ("en", "ar")
"""Whose dictionaries are asked; a shopper's "beads" is no mistyped "beans"."""


class KnownWords:
    """Dictionaries of two languages, the words of the synonyms, and those the encoder has whole.

    Args:
        encoder: The encoder, which may know words.
        synonyms: Groups of words that mean the same.
    """

    def __init__(self, encoder: Encoder, synonyms: Iterable[Group]) -> None:
        self._encoder = encoder
        self._stems = frozenset(
            word.stem for group in synonyms for phrase in group for word in analyse(phrase)
        )

    def has(self, word: str) -> bool:
        """Return whether this is a word.

        Args:
            word: One word, in any case; the Arabic article may stand before it.
        """
        plain = word.casefold()
        if all(each.stem in self._stems for each in analyse(plain)):
            return True
        if not self._dictionary.isdisjoint({fold(plain), fold(without_article(plain))}):
            return True
        return isinstance(self._encoder, KnowsWords) and self._encoder.knows_word(plain)

    @cached_property
    def _dictionary(self) -> frozenset[str]:
        """Every word, folded; 1.5 s and 40 MB, when the first is asked for."""
        checkers = [SpellChecker(language=each, distance=1) for each in LANGUAGES]
        words = (word for checker in checkers for word in checker.word_frequency.dictionary)
        return frozenset(word if word.isascii() else fold(word) for word in words)
