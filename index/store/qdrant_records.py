"""Conversion of records of both Qdrant engines, which have the same attributes."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from index.store.points import SPARSE, FieldValue, Point, PointId, ScoredPoint
from index.text.bm25 import SparseVector


def to_point(record: Any) -> Point:
    """Return the point of a record with id, payload and, if requested, vectors by name."""
    vectors = record.vector if isinstance(record.vector, dict) else {}
    sparse_vector = vectors.get(SPARSE)
    return Point(
        id=PointId(str(record.id)),
        payload=dict(record.payload or {}),
        vectors={
            name: np.array(vector, np.float32) for name, vector in vectors.items() if name != SPARSE
        },
        sparse_vector=None if sparse_vector is None else _to_sparse_vector(sparse_vector),
    )


def to_scored_points(ids: Iterable[str], scores: Iterable[float]) -> list[ScoredPoint]:
    """Return ids and scores, best first; ties in the order of the ids.

    Args:
        ids: Ids of the points.
        scores: Their scores, in the same order.
    """
    pairs = zip(map(PointId, ids), scores, strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def to_facet_counts(hits: Iterable[Any]) -> dict[FieldValue, int]:
    """Return counts by value, most frequent first; ties in the order of the values."""
    pairs = ((hit.value, hit.count) for hit in hits)
    return dict(sorted(pairs, key=lambda pair: (-pair[1], str(pair[0]))))


def _to_sparse_vector(vector: Any) -> SparseVector:
    order = np.argsort(vector.indices)
    return SparseVector(
        indices=np.array(vector.indices, np.uint32)[order],
        values=np.array(vector.values, np.float32)[order],
    )
