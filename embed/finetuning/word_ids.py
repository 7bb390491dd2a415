"""Words that get a row: which they are, and where a text's words stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embed.compact.word_embeddings import WordSplitter


def build_vocabulary(used: Iterable[set[str]], min_count: int) -> dict[str, int]:
    """Return row numbers of the words that at least so many products use, in alphabetical order.

    Args:
        used: The words of each product.
        min_count: Products that must use a word.
    """
    counts = Counter(word for words in used for word in words)
    kept = sorted(word for word, count in counts.items() if count >= min_count)
    return {word: place for place, word in enumerate(kept)}


def build_word_ids(
    texts: Sequence[str], vocabulary: Mapping[str, int], split: WordSplitter, max_words: int
) -> NDArray[np.int64]:
    """Return the row numbers of each text's words from 1, 0 for none, shape (n_texts, most)."""
    rows = np.zeros((len(texts), max_words), dtype=np.int64)
    for row, text in zip(rows, texts, strict=True):
        known = [vocabulary[word] + 1 for word in split(text) if word in vocabulary][:max_words]
        row[: len(known)] = known
    return rows
