"""Learned word embeddings: brands and product types that a sentence encoder blurs."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import normalize_alef, strip_article, strip_diacritics

_ANY_WORD = re.compile(r"\w+")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u0620-\u06D3]+")

WordSplitter: TypeAlias = Callable[[str], list[str]]
"""Splits a text into the words that may have embeddings."""


def split_words(text: str) -> list[str]:
    """Return the words of Latin and Arabic script and the numbers, normalised to lower case."""
    words = _WORD.findall(normalize_alef(strip_diacritics(text)).lower())
    return [strip_article(word) for word in words]


def split_unicode_words(text: str) -> list[str]:
    """Return the words of any script, case-folded."""
    return _ANY_WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class WordEmbeddings:
    """A learned vector for each word of the training texts.

    Attributes:
        vocabulary: Row of each word.
        vectors: Shape (n_words, width).
        split: Splits texts into words.
    """

    vocabulary: Mapping[str, int]
    vectors: NDArray[np.float32]
    split: WordSplitter = split_words

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sum the vectors of each text's words; unknown words are skipped.

        Returns:
            Shape (n_texts, width), float32.
        """
        sums = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for text_sum, text in zip(sums, texts, strict=True):
            ids = [self.vocabulary[word] for word in self.split(text) if word in self.vocabulary]
            if ids:
                text_sum += self.vectors[ids].sum(axis=0)
        return sums

    def as_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the words, one per line as UTF-8 bytes, and the vectors in half precision.

        Returns:
            "words.text", uint8, shape (n_bytes,), in the order of the rows; "words.rows", float16,
            shape (n_words, width).
        """
        lines = "\n".join(sorted(self.vocabulary, key=self.vocabulary.__getitem__)).encode()
        return {
            "words.text": np.frombuffer(lines, dtype=np.uint8),
            "words.rows": self.vectors.astype(np.float16),
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], split: WordSplitter = split_words
    ) -> "WordEmbeddings":
        """Return the embeddings whose arrays `as_arrays` gave.

        Args:
            arrays: "words.text", UTF-8 bytes, shape (n_bytes,), and "words.rows", shape
                (n_words, width), among others.
            split: Splits texts into words.

        Raises:
            KeyError: An array is missing.
            ValueError: There is not one vector for each word.
        """
        words = list(filter(None, arrays["words.text"].tobytes().decode().split("\n")))
        vocabulary = {word: row for row, word in enumerate(words)}
        vectors = arrays["words.rows"].astype(np.float32)
        if vectors.ndim != 2 or len(vectors) != len(vocabulary):
            raise ValueError(f"{len(vocabulary)} words, but vectors of shape {vectors.shape}")
        return cls(vocabulary, vectors, split)
