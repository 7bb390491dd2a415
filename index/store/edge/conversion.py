"""Conversion of field indexes, points, updates and conditions to the values of Qdrant Edge."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import qdrant_edge as qe

from index.store.points import (
    SPARSE,
    AnyOf,
    Condition,
    FieldIndex,
    In,
    IsEmpty,
    Point,
    PointId,
    PointUpdate,
)
from index.text.bm25 import SparseVector

FIELD_PARAMS: dict[str, Callable[[FieldIndex], Any]] = {
    "keyword": lambda f: qe.KeywordIndexParams(is_tenant=f.is_tenant, enable_hnsw=f.enable_hnsw),
    "integer": lambda f: qe.IntegerIndexParams(lookup=True, range=True, enable_hnsw=f.enable_hnsw),
    "float": lambda f: qe.FloatIndexParams(enable_hnsw=f.enable_hnsw),
}


def to_filter(
    conditions: Sequence[Condition],
    exclude_ids: Sequence[PointId] = (),
    include_ids: Sequence[PointId] = (),
) -> "qe.Filter | None":
    """Return conditions, excluded and included ids as one filter; None if there are none."""
    if not conditions and not exclude_ids and not include_ids:
        return None
    must: list[Any] = [_to_condition(condition) for condition in conditions]
    if include_ids:
        must.append(qe.HasIdCondition(set(include_ids)))
    return qe.Filter(
        must=must,
        must_not=[qe.HasIdCondition(set(exclude_ids))] if exclude_ids else None,
    )


def _to_condition(condition: Condition) -> "qe.FieldCondition | qe.IsEmptyCondition | qe.Filter":
    if isinstance(condition, AnyOf):
        return qe.Filter(
            should=[
                qe.Filter(must=[_to_condition(part) for part in parts])
                for parts in condition.alternatives
            ]
        )
    if isinstance(condition, IsEmpty):
        return qe.IsEmptyCondition(condition.field)
    if isinstance(condition, In):
        match = qe.MatchAny(list(condition.values))  # type: ignore[arg-type]
        return qe.FieldCondition(condition.field, match=match)
    value_range = qe.RangeFloat(gte=condition.low, lte=condition.high)
    return qe.FieldCondition(condition.field, range=value_range)


def to_engine_vectors(point: Point) -> dict[str, Any]:
    """Return the vectors of a point by name as the engine takes them."""
    vectors: dict[str, Any] = {name: vector.tolist() for name, vector in point.vectors.items()}
    if point.sparse_vector:
        vectors[SPARSE] = to_engine_vector(point.sparse_vector)
    return vectors


def to_engine_vector(vector: "np.typing.NDArray[np.float32] | SparseVector") -> Any:
    """Return a vector as the engine takes it.

    Args:
        vector: A dense vector of shape (dim,), a multivector of shape (n_rows, dim), or a sparse
            vector.
    """
    if isinstance(vector, SparseVector):
        return qe.SparseVector(vector.indices.tolist(), vector.values.tolist())
    return vector.tolist()


def to_update_operations(updates: Sequence[PointUpdate]) -> "list[qe.UpdateOperation]":
    """Return updates as the engine takes them; it removes the fields that are null."""
    operations = []
    for update in updates:
        if update.changes:
            operations.append(qe.UpdateOperation.set_payload([update.id], update.changes))
        for name, values in update.nested_changes.items():
            operations.append(qe.UpdateOperation.set_payload([update.id], values, name))
    vectors = {u.id: u.sparse_vector for u in updates if u.sparse_vector is not None}
    filled = [
        qe.PointVectors(point_id, {SPARSE: to_engine_vector(vector)})
        for point_id, vector in vectors.items()
        if vector
    ]
    emptied = [point_id for point_id, vector in vectors.items() if not vector]
    if filled:
        operations.append(qe.UpdateOperation.update_vectors(filled))
    if emptied:
        operations.append(qe.UpdateOperation.delete_vectors(list(emptied), [SPARSE]))
    return operations
