"""The vocabulary of word embeddings, and the word ids of texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embed.compact.word_embeddings import WordSplitter


def build_vocabulary(words_by_product: Iterable[set[str]], min_count: int) -> dict[str, int]:
    """Return the row of each word that at least `min_count` products use, in alphabetical order.

    Args:
        words_by_product: The words of each product.
        min_count: Products that must use a word.
    """
    counts = Counter(word for words in words_by_product for word in words)
    frequent = sorted(word for word, count in counts.items() if count >= min_count)
    return {word: row for row, word in enumerate(frequent)}


def build_word_ids(
    texts: Sequence[str], vocabulary: Mapping[str, int], split: WordSplitter, max_words: int
) -> NDArray[np.int64]:
    """Return row + 1 of each text's known words, 0 for padding, shape (n_texts, max_words)."""
    word_ids = np.zeros((len(texts), max_words), dtype=np.int64)
    for text_ids, text in zip(word_ids, texts, strict=True):
        ids = [vocabulary[word] + 1 for word in split(text) if word in vocabulary][:max_words]
        text_ids[: len(ids)] = ids
    return word_ids
