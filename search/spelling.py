"""Typing errors, corrected against the catalogue's own words."""

from collections.abc import Callable
from dataclasses import dataclass

from core.arabic import without_article
from index.analyser import rewritten
from search.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text after its typing errors were corrected.

    Attributes:
        text: What is searched for.
        changes: The words that were changed, as typed, with what they became.
    """

    text: str
    changes: tuple[tuple[str, str], ...]


def corrected(
    text: str,
    vocabulary: Vocabulary,
    is_word: Callable[[str], bool],
    kept: frozenset[str] = frozenset(),
) -> Corrected:
    """Correct the words that nobody knows.

    Codes, numbers, short words and words that anybody knows stay: a shopper who types a rare word
    rightly must not be sent elsewhere.

    Args:
        text: What was typed.
        vocabulary: The catalogue's words.
        is_word: Says whether a word that the catalogue's titles lack is one nevertheless.
        kept: Words that stay as they were typed.

    Returns:
        The text, and what was changed.
    """
    changes: dict[str, str] = {}

    def change(word: str) -> str:
        if word in changes:
            return changes[word]
        if word in kept or vocabulary.knows(word):
            return word
        meant = _meant(word.casefold(), vocabulary)
        if not meant or is_word(word):
            return word
        changes[word] = meant
        return meant

    found = rewritten(text, change)
    return Corrected(found, tuple(changes.items())) if changes else Corrected(text, ())


def _meant(word: str, vocabulary: Vocabulary) -> str:
    """Return what an unknown word may have meant: one with a slip, or two written as one."""
    bare = without_article(word)
    return vocabulary.nearest(bare) or vocabulary.nearest(word) or vocabulary.parts(word)
