"""Measures of a space: do titles find their photos, and photos their kind and colour?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.encoder import Vectors

Labels = NDArray[np.str_]

TOP = 10
"""Answers that count."""

_BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """How well queries find their target.

    Attributes:
        first: Share of queries whose best right answer comes first.
        recall: Share of queries with a right answer among the first TOP.
        reciprocal_rank: Mean of 1 / place of the best right answer.
    """

    first: float
    recall: float
    reciprocal_rank: float


def find_equals(
    queries: Vectors, photos: Vectors, query_keys: Sequence[str], photo_keys: Sequence[str]
) -> Found:
    """Rank photos for queries; a photo with the query's key is right. Ties count against us.

    Args:
        queries: Shape (n_queries, dim).
        photos: Shape (n_photos, dim).
        query_keys: One for each query; each must be the key of some photo.
        photo_keys: One for each photo.

    Returns:
        Means over the queries.
    """
    wanted, had = np.array(query_keys), np.array(photo_keys)
    places = []
    for start in range(0, len(queries), _BLOCK):
        likeness = queries[start : start + _BLOCK] @ photos.T  # (n, n_photos)
        right = wanted[start : start + _BLOCK, None] == had[None]  # (n, n_photos)
        best = np.where(right, likeness, -np.inf).max(axis=1, keepdims=True)
        places.append(1 + ((likeness >= best) & ~right).sum(axis=1))
    place = np.concatenate(places)
    return Found(
        first=float((place <= 1).mean()),
        recall=float((place <= TOP).mean()),
        reciprocal_rank=float((1 / place).mean()),
    )


def neighbours(photos: Vectors) -> NDArray[np.int64]:
    """Return each photo's TOP nearest others, nearest first, shape (n_photos, TOP)."""
    rows = []
    for start in range(0, len(photos), _BLOCK):
        likeness = photos[start : start + _BLOCK] @ photos.T
        own = np.arange(len(likeness))
        likeness[own, start + own] = -np.inf
        rows.append(np.argsort(-likeness, axis=1, kind="stable")[:, :TOP])
    return np.concatenate(rows)


def agreement(near: NDArray[np.int64], labels: Labels) -> float:
    """Return the share of neighbours with the photo's own label.

    Photos without a label, and those whose label is rarer than TOP others, are left out.

    Args:
        near: From `neighbours`, shape (n_photos, TOP).
        labels: Shape (n_photos,); empty for unknown.
    """
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    asked = (names[codes] != "") & (counts[codes] > TOP)
    return float((labels[near] == labels[:, None])[asked].mean())
