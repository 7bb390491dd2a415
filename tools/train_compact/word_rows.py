"""Words that get a row: which they are, and where a text's words stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embed.compact.word_embeddings import Splitter


def vocabulary_of(used: Iterable[set[str]], least: int) -> dict[str, int]:
    """Return row numbers of the words that at least so many products use, in alphabetical order.

    Args:
        used: The words of each product.
        least: Products that must use a word.
    """
    counts = Counter(word for words in used for word in words)
    kept = sorted(word for word, count in counts.items() if count >= least)
    return {word: place for place, word in enumerate(kept)}


def word_rows(
    texts: Sequence[str], vocabulary: Mapping[str, int], split: Splitter, most: int
) -> NDArray[np.int64]:
    """Return the row numbers of each text's words from 1, 0 for none, shape (n_texts, most)."""
    rows = np.zeros((len(texts), most), dtype=np.int64)
    for row, text in zip(rows, texts, strict=True):
        known = [vocabulary[word] + 1 for word in split(text) if word in vocabulary][:most]
        row[: len(known)] = known
    return rows
