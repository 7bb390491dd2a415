"""Retrieval metrics: do titles find their photos, and photos others of the same label?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import Vectors

Labels = NDArray[np.str_]

TOP_K = 10
"""Cutoff of the metrics."""

_BLOCK_SIZE = 1000


@dataclass(frozen=True, slots=True)
class TitleRetrievalMetrics:
    """How well queries find their photos.

    Attributes:
        precision_at_1: Share of queries whose best relevant photo is first.
        recall_at_10: Share of queries with a relevant photo among the first TOP_K.
        mrr: Mean reciprocal rank of the best relevant photo.
    """

    precision_at_1: float
    recall_at_10: float
    mrr: float


def evaluate_title_retrieval(
    queries: Vectors, photos: Vectors, query_keys: Sequence[str], photo_keys: Sequence[str]
) -> TitleRetrievalMetrics:
    """Evaluate the ranking of photos for queries; a photo with the query's key is relevant.

    Args:
        queries: Shape (n_queries, dim).
        photos: Shape (n_photos, dim).
        query_keys: One for each query; each must be the key of some photo.
        photo_keys: One for each photo.

    Returns:
        Means over the queries; tied photos rank before the relevant one.
    """
    ranks = compute_ranks(queries, photos, np.array(query_keys), np.array(photo_keys))
    return TitleRetrievalMetrics(
        precision_at_1=float((ranks <= 1).mean()),
        recall_at_10=float((ranks <= TOP_K).mean()),
        mrr=float((1 / ranks).mean()),
    )


def compute_ranks(
    queries: Vectors, photos: Vectors, query_keys: NDArray[Any], photo_keys: NDArray[Any]
) -> NDArray[np.int64]:
    """Return the rank of each query's best relevant photo, from 1, shape (n_queries,).

    Photos that tie with the relevant one rank before it.

    Args:
        queries: Shape (n_queries, dim).
        photos: Shape (n_photos, dim).
        query_keys: Key of each query, shape (n_queries,); some photo must have it.
        photo_keys: Key of each photo, shape (n_photos,).
    """
    blocks = []
    for start in range(0, len(queries), _BLOCK_SIZE):
        block = slice(start, start + _BLOCK_SIZE)
        similarity = queries[block] @ photos.T  # (n, n_photos)
        is_relevant = query_keys[block, None] == photo_keys[None]  # (n, n_photos)
        best = np.where(is_relevant, similarity, -np.inf).max(axis=1, keepdims=True)
        blocks.append(1 + ((similarity >= best) & ~is_relevant).sum(axis=1))
    return np.concatenate(blocks)


def find_neighbors(photos: Vectors, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return the TOP_K nearest neighbours of each photo, nearest first, shape (n_rows, TOP_K).

    A photo is not its own neighbour; of equally near ones the first row comes first.

    Args:
        photos: Shape (n_photos, dim).
        rows: Rows of the query photos; all when None.
    """
    rows = np.arange(len(photos)) if rows is None else rows
    blocks = []
    for start in range(0, len(rows), _BLOCK_SIZE):
        query_rows = rows[start : start + _BLOCK_SIZE]
        similarity = photos[query_rows] @ photos.T  # (n, n_photos)
        similarity[np.arange(len(query_rows)), query_rows] = -np.inf
        blocks.append(np.argsort(-similarity, axis=1, kind="stable")[:, :TOP_K])
    return np.concatenate(blocks)


def mask_frequent_labels(labels: Labels) -> NDArray[np.bool_]:
    """Return which photos have a label that more than TOP_K photos share, shape (n_photos,)."""
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    is_frequent: NDArray[np.bool_] = (names[codes] != "") & (counts[codes] > TOP_K)
    return is_frequent


def compute_label_precision(neighbors: NDArray[np.int64], labels: Labels) -> float:
    """Return the mean share of neighbours with the photo's own label.

    Photos without a label, and those whose label is not frequent, are left out.

    Args:
        neighbors: From `find_neighbors`, shape (n_photos, TOP_K).
        labels: Shape (n_photos,); empty for unknown.
    """
    return float((labels[neighbors] == labels[:, None])[mask_frequent_labels(labels)].mean())
