"""BM25 as sparse vectors: document weights are computed here, IDF in the engine.

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
NO_WORDS = 2**32 - 1
"""Term id of a document without words, which no query has: the embedded engine tells from sparse
vectors how many points are outside its graph."""


@dataclass(frozen=True, slots=True)
class SparseVector:
    """A sparse vector of term weights.

    Attributes:
        indices: Term ids, ascending and unique; uint32, shape (n_terms,).
        values: Weights of the terms; float32, shape (n_terms,).
    """

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]

    def __bool__(self) -> bool:
        """Return whether the vector has any term."""
        return len(self.indices) > 0


def build_document_vector(tokens: Iterable[Token], mean_doc_length: float) -> SparseVector:
    """Build the BM25 document vector of a product.

    The weight of a term is tf (k1 + 1) / (tf + k1 (1 - b + b length / mean_doc_length)).

    Args:
        tokens: Tokens of the document; repeated tokens count.
        mean_doc_length: Mean number of tokens per document of the catalog. With the engines' own
            default of 256, only 28 % of the results for short titles agree with exact BM25.

    Returns:
        One weight for each distinct term; without tokens, one for `NO_WORDS`.
    """
    counts = Counter(token.term_id for token in tokens)
    length = sum(counts.values())
    norm = K1 * (1 - B + B * length / max(mean_doc_length, 1e-9))
    weights = {term_id: tf * (K1 + 1) / (tf + norm) for term_id, tf in counts.items()}
    return _to_sparse_vector(weights or {NO_WORDS: 1.0})


def build_query_vector(term_ids: Iterable[int]) -> SparseVector:
    """Return the vector of a query: its term ids weighted by their counts."""
    return _to_sparse_vector(dict(Counter(term_ids)))


def build_weighted_vector(weights: Mapping[int, float]) -> SparseVector:
    """Return the vector of a query with given weights by term id; weights of 0 are left out."""
    return _to_sparse_vector({term_id: weight for term_id, weight in weights.items() if weight})


def idf(n_documents: int, n_containing: int) -> float:
    """Return ln((N - n + 0.5) / (n + 0.5) + 1), as Qdrant computes it; always positive."""
    return math.log((n_documents - n_containing + 0.5) / (n_containing + 0.5) + 1)


def _to_sparse_vector(weights: Mapping[int, float]) -> SparseVector:
    term_ids = sorted(weights)
    return SparseVector(
        indices=np.array(term_ids, dtype=np.uint32),
        values=np.array([weights[term_id] for term_id in term_ids], dtype=np.float32),
    )
