"""Words that are right although the catalogue does not have them."""

from collections.abc import Iterable
from functools import cache

from spellchecker import SpellChecker

from index.text.analyzer import fold
from search.query.stems import stem_phrase
from search.query.synonym_expansion import SynonymIndex
from shopwindow.values.arabic import strip_article
from shopwindow.values.encoder import Encoder, WordRecognizer

DEFAULT_LANGUAGES = ("en", "ar")
"""Whose dictionaries are asked for any catalogue; a shopper's "beads" is no mistyped "beans"."""

EXTRA_LANGUAGES = frozenset({"de", "es", "eu", "fr", "it", "nl", "pt", "ru"})
"""Whose dictionaries are asked for a catalogue that has the language."""


class SpellingDictionary:
    """Dictionaries, the words of the synonyms, and those that the encoder has whole.

    Args:
        encoder: The encoder, which may know words.
        synonyms: Phrases that mean the same.
    """

    def __init__(self, encoder: Encoder, synonyms: SynonymIndex) -> None:
        self._encoder = encoder
        self._synonyms = synonyms

    def contains(self, word: str, languages: Iterable[str] = ()) -> bool:
        """Return whether this is a word.

        Args:
            word: One word, in any case; the Arabic article may stand before it.
            languages: Codes of languages that the catalogue has besides English and Arabic.
        """
        plain = word.casefold()
        if self._synonyms.stems.issuperset(stem_phrase(plain)):
            return True
        forms = {fold(plain), fold(strip_article(plain))}
        asked = (*DEFAULT_LANGUAGES, *EXTRA_LANGUAGES.intersection(languages))
        if any(not load_dictionary(each).isdisjoint(forms) for each in asked):
            return True
        return isinstance(self._encoder, WordRecognizer) and self._encoder.is_known_word(plain)


@cache
def load_dictionary(language: str) -> frozenset[str]:
    """Return every word of a language, folded; about 1 s and 20 MB, once in a process."""
    words = SpellChecker(language=language, distance=1).word_frequency.dictionary
    return frozenset(word if word.isascii() else fold(word) for word in words)
