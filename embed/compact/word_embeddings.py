"""Words the heads know by themselves: brands and kinds that a sentence encoder blurs."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.arabic import normalize_alef, strip_article, strip_diacritics

_ANY_WORD = re.compile(r"\w+")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u0620-\u06D3]+")


WordSplitter: TypeAlias = Callable[[str], list[str]]
"""Cuts a text into the words that may have rows."""


def split_words(text: str) -> list[str]:
    """Return the lower-case words of Latin and Arabic script and the numbers, folded."""
    words = _WORD.findall(normalize_alef(strip_diacritics(text)).lower())
    return [strip_article(word) for word in words]


def split_unicode_words(text: str) -> list[str]:
    """Return the words of any script, folded."""
    return _ANY_WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class WordEmbeddings:
    """A learned row for each word of the training titles.

    Attributes:
        vocabulary: Row number by word.
        vectors: Shape (n_words, width).
        split: How texts are cut into words.
    """

    vocabulary: Mapping[str, int]
    vectors: NDArray[np.float32]
    split: WordSplitter = split_words

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Add up the rows of each text's words; unknown words add nothing.

        Returns:
            Shape (n_texts, width), float32.
        """
        sums = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for row, text in zip(sums, texts, strict=True):
            known = [self.vocabulary[word] for word in self.split(text) if word in self.vocabulary]
            if known:
                row += self.vectors[known].sum(axis=0)
        return sums

    def as_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the words, by line as UTF-8 bytes, and the rows in half precision."""
        text = "\n".join(sorted(self.vocabulary, key=self.vocabulary.__getitem__)).encode()
        return {
            "words.text": np.frombuffer(text, dtype=np.uint8),
            "words.rows": self.vectors.astype(np.float16),
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], split: WordSplitter = split_words
    ) -> "WordEmbeddings":
        """Return the table that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: There is not one row for each word.
        """
        words = list(filter(None, arrays["words.text"].tobytes().decode().split("\n")))
        places = {word: place for place, word in enumerate(words)}
        rows = arrays["words.rows"].astype(np.float32)
        if rows.ndim != 2 or len(rows) != len(places):
            raise ValueError(f"{len(places)} words, but rows of shape {rows.shape}")
        return cls(places, rows, split)
