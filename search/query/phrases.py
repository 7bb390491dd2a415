"""Segmentation of a text into the longest phrases that a look-up finds."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from index.text import Token
from search.query.stems import Stems

MAX_PHRASE_WORDS = 4
"""Longest phrase that is looked up."""

Result = TypeVar("Result")


def segment_phrases(
    tokens: Sequence[Token], look_up: Callable[[Stems], list[Result]]
) -> Iterator[tuple[Sequence[Token], list[Result]]]:
    """Split a text greedily from left to right into the longest phrases that are found.

    Args:
        tokens: The tokens of the text.
        look_up: Finds a phrase by its stems.

    Yields:
        The tokens of each phrase with its results; a token that finds nothing comes alone.
    """
    start = 0
    while start < len(tokens):
        for size in range(min(MAX_PHRASE_WORDS, len(tokens) - start), 0, -1):
            phrase = tokens[start : start + size]
            results = look_up(tuple(token.stem for token in phrase))
            if results or size == 1:
                yield phrase, results
                start += size
                break
