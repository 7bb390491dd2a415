"""Measures of a space: do titles find their photos, and photos their kind and colour?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.encoder import Vectors

Labels = NDArray[np.str_]

TOP_K = 10
"""Answers that count."""

_BLOCK = 1000


@dataclass(frozen=True, slots=True)
class TitleRetrievalMetrics:
    """How well queries find their target.

    Attributes:
        precision_at_1: Share of queries whose best right answer comes first.
        recall_at_10: Share of queries with a right answer among the first TOP.
        mrr: Mean of 1 / place of the best right answer.
    """

    precision_at_1: float
    recall_at_10: float
    mrr: float


def evaluate_title_retrieval(
    queries: Vectors, photos: Vectors, query_keys: Sequence[str], photo_keys: Sequence[str]
) -> TitleRetrievalMetrics:
    """Rank photos for queries; a photo with the query's key is right. Ties count against us.

    Args:
        queries: Shape (n_queries, dim).
        photos: Shape (n_photos, dim).
        query_keys: One for each query; each must be the key of some photo.
        photo_keys: One for each photo.

    Returns:
        Means over the queries.
    """
    place = compute_ranks(queries, photos, np.array(query_keys), np.array(photo_keys))
    return TitleRetrievalMetrics(
        precision_at_1=float((place <= 1).mean()),
        recall_at_10=float((place <= TOP_K).mean()),
        mrr=float((1 / place).mean()),
    )


def compute_ranks(
    queries: Vectors, photos: Vectors, query_keys: NDArray[Any], photo_keys: NDArray[Any]
) -> NDArray[np.int64]:
    """Return the place of each query's best right photo, from 1; ties count against us.

    Args:
        queries: Shape (n_queries, dim).
        photos: Shape (n_photos, dim).
        query_keys: Key of each query, shape (n_queries,); some photo must have it.
        photo_keys: Key of each photo, shape (n_photos,).
    """
    places = []
    for start in range(0, len(queries), _BLOCK):
        likeness = queries[start : start + _BLOCK] @ photos.T  # (n, n_photos)
        right = query_keys[start : start + _BLOCK, None] == photo_keys[None]  # (n, n_photos)
        best = np.where(right, likeness, -np.inf).max(axis=1, keepdims=True)
        places.append(1 + ((likeness >= best) & ~right).sum(axis=1))
    return np.concatenate(places)


def find_neighbors(photos: Vectors, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return the TOP nearest others of each photo, nearest first, shape (n_rows, TOP).

    Args:
        photos: Shape (n_photos, dim).
        rows: Which photos are asked about; all when None.
    """
    rows = np.arange(len(photos)) if rows is None else rows
    found = []
    for start in range(0, len(rows), _BLOCK):
        asked = rows[start : start + _BLOCK]
        likeness = photos[asked] @ photos.T
        likeness[np.arange(len(asked)), asked] = -np.inf
        found.append(np.argsort(-likeness, axis=1, kind="stable")[:, :TOP_K])
    return np.concatenate(found)


def mask_frequent_labels(labels: Labels) -> NDArray[np.bool_]:
    """Return which photos have a label, and one that more than TOP photos have."""
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    kept: NDArray[np.bool_] = (names[codes] != "") & (counts[codes] > TOP_K)
    return kept


def compute_label_precision(near: NDArray[np.int64], labels: Labels) -> float:
    """Return the share of neighbours with the photo's own label.

    Photos without a label, and those whose label is rarer than TOP others, are left out.

    Args:
        near: From `neighbours`, shape (n_photos, TOP).
        labels: Shape (n_photos,); empty for unknown.
    """
    return float((labels[near] == labels[:, None])[mask_frequent_labels(labels)].mean())
