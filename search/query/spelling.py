"""Spelling correction against the catalogue's own vocabulary."""

from collections.abc import Callable
from dataclasses import dataclass

from index.text import map_words
from search.query.vocabulary import Vocabulary
from shopwindow.values import MAX_TEXT_CHARS, strip_article

MAX_LOOKUPS = 32
"""Unknown words of one text that are looked up, each among all catalogue words of about its
length. A text with more is pasted, not mistyped."""


@dataclass(frozen=True, slots=True)
class CorrectedText:
    """A text after spelling correction.

    Attributes:
        text: The corrected text.
        changes: The words that were changed, as typed, each with its correction.
    """

    text: str
    changes: tuple[tuple[str, str], ...]


def correct_spelling(
    text: str,
    vocabulary: Vocabulary,
    is_word: Callable[[str], bool],
    verbatim: frozenset[str] = frozenset(),
) -> CorrectedText:
    """Correct the words that neither the catalogue nor `is_word` knows.

    Codes, numbers, short words and correctly spelled words stay: the search for a rare word must
    not become another one. So do the words after the first `MAX_LOOKUPS` unknown ones, and the
    whole text when it would grow beyond `MAX_TEXT_CHARS`.

    Args:
        text: The text as typed.
        vocabulary: The catalogue's words.
        is_word: Whether a word outside the vocabulary is correctly spelled.
        verbatim: Words that stay as they were typed.

    Returns:
        The corrected text and the changes.
    """
    corrections: dict[str, str] = {}

    def correct(word: str) -> str:
        if word in corrections:
            return corrections[word]
        if word in verbatim or len(corrections) == MAX_LOOKUPS or vocabulary.contains(word):
            return word
        correction = _find_correction(word.casefold(), vocabulary)
        corrections[word] = word if not correction or is_word(word) else correction
        return corrections[word]

    corrected = map_words(text, correct)
    changes = tuple((typed, used) for typed, used in corrections.items() if used != typed)
    if not changes or len(corrected) > MAX_TEXT_CHARS:
        return CorrectedText(text, ())
    return CorrectedText(corrected, changes)


def _find_correction(word: str, vocabulary: Vocabulary) -> str:
    """Return the nearest word of the vocabulary, or two words written as one; empty for neither."""
    without_article = strip_article(word)
    return (
        vocabulary.find_nearest(without_article)
        or vocabulary.find_nearest(word)
        or vocabulary.split_compound(word)
    )
