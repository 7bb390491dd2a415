"""Spelling dictionaries: correctly spelled words that the catalogue does not have."""

from collections.abc import Iterable
from functools import cache

from spellchecker import SpellChecker

from index.text import fold
from search.query.stems import stem_phrase
from search.query.synonym_expansion import SynonymIndex
from shopwindow.values import Encoder, WordRecognizer, strip_article

DEFAULT_LANGUAGES = ("en", "ar")
"""Dictionaries used for any catalogue; a shopper's "beads" is no mistyped "beans"."""

EXTRA_LANGUAGES = frozenset({"de", "es", "eu", "fr", "it", "nl", "pt", "ru"})
"""Dictionaries used for a catalogue that has the language."""


class SpellingDictionary:
    """Recognizes words of the dictionaries, the synonyms, and the encoder's vocabulary.

    Args:
        encoder: The encoder; it counts when it is a `WordRecognizer`.
        synonyms: Phrases that mean the same.
    """

    def __init__(self, encoder: Encoder, synonyms: SynonymIndex) -> None:
        self._encoder = encoder
        self._synonyms = synonyms

    def contains(self, word: str, languages: Iterable[str] = ()) -> bool:
        """Return whether a word is spelled correctly.

        Args:
            word: One word, in any case; the Arabic article may stand before it.
            languages: Codes of the catalogue's languages besides English and Arabic.
        """
        lowercase = word.casefold()
        if self._synonyms.stems.issuperset(stem_phrase(lowercase)):
            return True
        forms = {fold(lowercase), fold(strip_article(lowercase))}
        codes = (*DEFAULT_LANGUAGES, *EXTRA_LANGUAGES.intersection(languages))
        if any(not load_dictionary(language).isdisjoint(forms) for language in codes):
            return True
        return isinstance(self._encoder, WordRecognizer) and self._encoder.is_known_word(lowercase)


@cache
def load_dictionary(language: str) -> frozenset[str]:
    """Return every word of a language, folded; takes about 1 s and 20 MB, once per process."""
    words = SpellChecker(language=language, distance=1).word_frequency.dictionary
    return frozenset(word if word.isascii() else fold(word) for word in words)
