"""Checks that every store makes before it acts, so that a refused operation changes nothing."""

from collections.abc import Iterable, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from index.store.points import Point, PointId, PointUpdate, StoreSchema, VectorQuery, list_fields
from index.text.bm25 import SparseVector
from shopwindow.values import check_vectors
from shopwindow.values.errors import IndexStoreError, VectorError


def check_points(points: Iterable[Point], schema: StoreSchema) -> None:
    """Check the vectors of points against the schema.

    Raises:
        VectorError: A vector has an unknown name, the wrong dimension or a non-finite value, or a
            multivector has no rows.
    """
    dims = schema.all_dims
    rows: dict[str, list[NDArray[np.float32]]] = {}
    for point in points:
        for name, vector in point.vectors.items():
            is_multi = name in schema.multivector_dims
            rows.setdefault(name, []).extend(_to_rows(name, vector) if is_multi else [vector])
        if point.sparse_vector is not None:
            _check_sparse(point.sparse_vector)
    for name, vectors in rows.items():
        if name not in dims:
            raise VectorError(f"unknown vector {name!r}; the index has {sorted(dims)}")
        shapes = {vector.shape for vector in vectors}
        if shapes != {(dims[name],)}:
            raise VectorError(f"{name}: expected dimension {dims[name]}, got {shapes}")
        check_vectors(np.stack(vectors), dims[name])


def _to_rows(name: str, matrix: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the rows of a multivector of shape (n_rows, dim), each of shape (dim,).

    Raises:
        VectorError: It has no rows, or is no matrix.
    """
    if matrix.ndim != 2 or not len(matrix):
        raise VectorError(f"{name}: expected at least one row of vectors, got {matrix.shape}")
    return list(matrix)


def check_updates(updates: Iterable[PointUpdate]) -> None:
    """Check the sparse vectors of updates.

    Raises:
        VectorError: One has a non-finite value, or not one weight for each term.
    """
    for update in updates:
        if update.sparse_vector is not None:
            _check_sparse(update.sparse_vector)


def check_exist(ids: Iterable[PointId], existing: Set[PointId]) -> None:
    """Check that points exist.

    Raises:
        IndexStoreError: One does not.
    """
    unknown = set(ids) - existing
    if unknown:
        raise IndexStoreError(f"there is no point {min(unknown)}; only existing ones are updated")


def check_queries(queries: Sequence[VectorQuery], schema: StoreSchema) -> None:
    """Check queries against the schema.

    Raises:
        VectorError: A query vector has the wrong dimension or is not finite.
        IndexStoreError: A condition names a field that is not indexed: the search would be slow,
            and wrong once there is a graph.
    """
    dims = schema.all_dims
    for query in queries:
        if isinstance(query.vector, SparseVector):
            _check_sparse(query.vector)
        elif query.using not in dims:
            raise VectorError(f"unknown vector {query.using!r}; the index has {sorted(dims)}")
        else:
            check_vectors(query.vector[None, :], dims[query.using])
        for name in sorted(list_fields(query.conditions)):
            check_indexed_field(name, schema)


def check_indexed_field(name: str, schema: StoreSchema) -> None:
    """Check that a payload field is indexed.

    Raises:
        IndexStoreError: It is not.
    """
    indexed_fields = sorted(field.name for field in schema.fields)
    if name not in indexed_fields:
        raise IndexStoreError(f"field {name!r} has no index; indexed are {indexed_fields}")


def _check_sparse(vector: SparseVector) -> None:
    if len(vector.indices) != len(vector.values):
        raise VectorError(f"{len(vector.indices)} term ids but {len(vector.values)} weights")
    if not np.isfinite(vector.values).all():
        raise VectorError("a term's weight is not a finite number")
