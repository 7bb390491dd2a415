"""Words that are right although the catalogue does not have them."""

from collections.abc import Iterable
from functools import cache

from spellchecker import SpellChecker

from index.text.analyzer import fold
from search.query.stems import stems_of
from search.query.synonym_expansion import Synonyms
from shopwindow.values.arabic import without_article
from shopwindow.values.encoder import Encoder, KnowsWords

LANGUAGES = ("en", "ar")
"""Whose dictionaries are asked for any catalogue; a shopper's "beads" is no mistyped "beans"."""

FURTHER = frozenset({"de", "es", "eu", "fr", "it", "nl", "pt", "ru"})
"""Whose dictionaries are asked for a catalogue that has the language."""


class KnownWords:
    """Dictionaries, the words of the synonyms, and those that the encoder has whole.

    Args:
        encoder: The encoder, which may know words.
        synonyms: Phrases that mean the same.
    """

    def __init__(self, encoder: Encoder, synonyms: Synonyms) -> None:
        self._encoder = encoder
        self._synonyms = synonyms

    def has(self, word: str, languages: Iterable[str] = ()) -> bool:
        """Return whether this is a word.

        Args:
            word: One word, in any case; the Arabic article may stand before it.
            languages: Codes of languages that the catalogue has besides English and Arabic.
        """
        plain = word.casefold()
        if self._synonyms.stems.issuperset(stems_of(plain)):
            return True
        forms = {fold(plain), fold(without_article(plain))}
        asked = (*LANGUAGES, *FURTHER.intersection(languages))
        if any(not dictionary(each).isdisjoint(forms) for each in asked):
            return True
        return isinstance(self._encoder, KnowsWords) and self._encoder.knows_word(plain)


@cache
def dictionary(language: str) -> frozenset[str]:
    """Return every word of a language, folded; about 1 s and 20 MB, once in a process."""
    words = SpellChecker(language=language, distance=1).word_frequency.dictionary
    return frozenset(word if word.isascii() else fold(word) for word in words)
