"""Typing errors, corrected against the catalogue's own words."""

from collections.abc import Callable
from dataclasses import dataclass

from index.text.analyzer import rewritten
from search.query.vocabulary import Vocabulary
from shopwindow.values.arabic import without_article
from shopwindow.values.query import MAX_TEXT_CHARS

MOST_LOOKED_UP = 32
"""Unknown words of one text that are looked up, each among all words of the catalogue that are
about as long. Whoever pastes a page of text mistyped nothing."""


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
    rightly must not be sent elsewhere. So do the words after the first `MOST_LOOKED_UP` unknown
    ones, and the whole text when it would grow beyond what a query may have.

    Args:
        text: What was typed.
        vocabulary: The catalogue's words.
        is_word: Says whether a word that the catalogue's titles lack is one nevertheless.
        kept: Words that stay as they were typed.

    Returns:
        The text, and what was changed.
    """
    looked_up: dict[str, str] = {}

    def change(word: str) -> str:
        if word in looked_up:
            return looked_up[word]
        if word in kept or len(looked_up) == MOST_LOOKED_UP or vocabulary.knows(word):
            return word
        meant = _meant(word.casefold(), vocabulary)
        looked_up[word] = word if not meant or is_word(word) else meant
        return looked_up[word]

    found = rewritten(text, change)
    changes = tuple((typed, used) for typed, used in looked_up.items() if used != typed)
    if not changes or len(found) > MAX_TEXT_CHARS:
        return Corrected(text, ())
    return Corrected(found, changes)


def _meant(word: str, vocabulary: Vocabulary) -> str:
    """Return what an unknown word may have meant: one with a slip, or two written as one."""
    bare = without_article(word)
    return vocabulary.nearest(bare) or vocabulary.nearest(word) or vocabulary.parts(word)
