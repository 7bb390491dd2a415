"""BM25 as sparse vectors: the document's part here, the IDF part in the engine.

A score is the dot product of a query vector and a document vector, with the query's values
multiplied by IDF at query time (Qdrant's `Modifier.IDF`).

Source: Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond";
k1 and b by measurement, see docs/decisions/0005-fusion.md.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import Token

K1 = 0.8
B = 0.5


@dataclass(frozen=True, slots=True)
class SparseVector:
    """A vector of a few numbered values.

    Attributes:
        indices: Word numbers, ascending and unique; uint32, shape (n_words,).
        values: Their weights; float32, shape (n_words,).
    """

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]

    def __bool__(self) -> bool:
        """Return whether there is any word in it."""
        return len(self.indices) > 0


def build_document_vector(tokens: Iterable[Token], mean_doc_length: float) -> SparseVector:
    """Weigh the words of one document.

    The weight is tf (k1 + 1) / (tf + k1 (1 - b + b length / mean_length)).

    Args:
        tokens: The document's words; repeated ones count.
        mean_doc_length: Mean number of words of the catalogue's documents. The engines' own default
            of 256 agrees with exact BM25 on 28 % of the answers to short titles.

    Returns:
        One weight for each distinct word.
    """
    counts = Counter(word.term_id for word in tokens)
    length = sum(counts.values())
    norm = K1 * (1 - B + B * length / max(mean_doc_length, 1e-9))
    return _sorted({number: n * (K1 + 1) / (n + norm) for number, n in counts.items()})


def build_query_vector(term_ids: Iterable[int]) -> SparseVector:
    """Return the words of a query, by their numbers, each with its count as weight."""
    return _sorted(dict(Counter(term_ids)))


def build_weighted_vector(weights: Mapping[int, float]) -> SparseVector:
    """Return the words of a query, by their numbers, with these weights; others than 0 only."""
    return _sorted({number: weight for number, weight in weights.items() if weight})


def idf(n_documents: int, n_containing: int) -> float:
    """Return ln((N - n + 0.5) / (n + 0.5) + 1), as Qdrant computes it; above zero."""
    return math.log((n_documents - n_containing + 0.5) / (n_containing + 0.5) + 1)


def _sorted(weights: Mapping[int, float]) -> SparseVector:
    numbers = sorted(weights)
    return SparseVector(
        indices=np.array(numbers, dtype=np.uint32),
        values=np.array([weights[number] for number in numbers], dtype=np.float32),
    )
