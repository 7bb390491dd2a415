"""Phrases of a text that mean something, the longest first."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from index.text.analyzer import Token
from search.query.stems import Stems

MAX_PHRASE_WORDS = 4
"""Words of a phrase that are looked up together."""

Found = TypeVar("Found")


def segment_phrases(
    words: Sequence[Token], look_up: Callable[[Stems], list[Found]]
) -> Iterator[tuple[Sequence[Token], list[Found]]]:
    """Cut a text into phrases, from left to right, each as long as it still finds something.

    Args:
        words: The words of the text.
        look_up: What a phrase finds, by its stems.

    Yields:
        The words of each phrase with what it found; a word that finds nothing comes alone.
    """
    start = 0
    while start < len(words):
        for size in range(min(MAX_PHRASE_WORDS, len(words) - start), 0, -1):
            phrase = words[start : start + size]
            found = look_up(tuple(word.stem for word in phrase))
            if found or size == 1:
                yield phrase, found
                start += size
                break
