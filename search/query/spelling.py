"""Typing errors, corrected against the catalogue's own words."""

from collections.abc import Callable
from dataclasses import dataclass

from index.text.analyzer import map_words
from search.query.vocabulary import Vocabulary
from shopwindow.values.arabic import strip_article
from shopwindow.values.query import MAX_TEXT_CHARS

MAX_LOOKUPS = 32
"""Unknown words of one text that are looked up, each among all words of the catalogue that are
about as long. Whoever pastes a page of text mistyped nothing."""


@dataclass(frozen=True, slots=True)
class CorrectedText:
    """A text after its typing errors were corrected.

    Attributes:
        text: What is searched for.
        changes: The words that were changed, as typed, with what they became.
    """

    text: str
    changes: tuple[tuple[str, str], ...]


def correct_spelling(
    text: str,
    vocabulary: Vocabulary,
    is_word: Callable[[str], bool],
    verbatim: frozenset[str] = frozenset(),
) -> CorrectedText:
    """Correct the words that nobody knows.

    Codes, numbers, short words and words that anybody knows stay: a shopper who types a rare word
    rightly must not be sent elsewhere. So do the words after the first `MAX_LOOKUPS` unknown
    ones, and the whole text when it would grow beyond what a query may have.

    Args:
        text: What was typed.
        vocabulary: The catalogue's words.
        is_word: Says whether a word that the catalogue's titles lack is one nevertheless.
        verbatim: Words that stay as they were typed.

    Returns:
        The text, and what was changed.
    """
    looked_up: dict[str, str] = {}

    def change(word: str) -> str:
        if word in looked_up:
            return looked_up[word]
        if word in verbatim or len(looked_up) == MAX_LOOKUPS or vocabulary.contains(word):
            return word
        meant = _meant(word.casefold(), vocabulary)
        looked_up[word] = word if not meant or is_word(word) else meant
        return looked_up[word]

    found = map_words(text, change)
    changes = tuple((typed, used) for typed, used in looked_up.items() if used != typed)
    if not changes or len(found) > MAX_TEXT_CHARS:
        return CorrectedText(text, ())
    return CorrectedText(found, changes)


def _meant(word: str, vocabulary: Vocabulary) -> str:
    """Return what an unknown word may have meant: one with a slip, or two written as one."""
    bare = strip_article(word)
    return (
        vocabulary.find_nearest(bare)
        or vocabulary.find_nearest(word)
        or vocabulary.split_compound(word)
    )
