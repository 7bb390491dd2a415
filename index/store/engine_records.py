"""What both Qdrant engines answer, in our words: their records have the same shape."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from index.store.points import SPARSE, FieldValue, Point, ScoredPoint
from index.text.bm25 import SparseVector


def to_point(record: Any) -> Point:
    """Return a point from a record with id, payload and, if asked for, vectors by name."""
    vectors = record.vector if isinstance(record.vector, dict) else {}
    words = vectors.get(SPARSE)
    return Point(
        id=str(record.id),
        payload=dict(record.payload or {}),
        vectors={n: np.array(v, np.float32) for n, v in vectors.items() if n != SPARSE},
        sparse_vector=None if words is None else _sorted_words(words),
    )


def to_scored_points(answer: Iterable[Any]) -> list[ScoredPoint]:
    """Return ids and scores, best first; equal scores in the order of their ids."""
    return sorted(((str(p.id), p.score) for p in answer), key=lambda each: (-each[1], each[0]))


def to_facet_counts(hits: Iterable[Any]) -> dict[FieldValue, int]:
    """Return counts by value, most frequent first; equal counts in the order of the values."""
    pairs = ((hit.value, hit.count) for hit in hits)
    return dict(sorted(pairs, key=lambda each: (-each[1], str(each[0]))))


def _sorted_words(words: Any) -> SparseVector:
    order = np.argsort(words.indices)
    return SparseVector(
        indices=np.array(words.indices, np.uint32)[order],
        values=np.array(words.values, np.float32)[order],
    )
