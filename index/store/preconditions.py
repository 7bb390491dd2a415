"""What every store checks before it acts, so that a refused operation changes nothing."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.store.points import Point, StoreSchema, VectorQuery
from index.text.bm25 import SparseVector
from shopwindow.values.arrays import check_vectors
from shopwindow.values.errors import IndexStoreError, VectorError


def check_points(points: Iterable[Point], schema: StoreSchema) -> None:
    """Check the vectors of points against the schema.

    Raises:
        VectorError: An unknown vector, a wrong width, or a value that is not finite.
    """
    rows: dict[str, list[NDArray[np.float32]]] = {}
    for point in points:
        for name, vector in point.vectors.items():
            rows.setdefault(name, []).append(vector)
        if point.sparse_vector is not None:
            _check_sparse(point.sparse_vector)
    for name, vectors in rows.items():
        if name not in schema.dims:
            raise VectorError(f"unknown vector {name!r}; the index has {sorted(schema.dims)}")
        widths = {vector.shape for vector in vectors}
        if widths != {(schema.dims[name],)}:
            raise VectorError(f"{name}: expected width {schema.dims[name]}, got {widths}")
        check_vectors(np.stack(vectors), schema.dims[name])


def check_queries(queries: Sequence[VectorQuery], schema: StoreSchema) -> None:
    """Check queries against the schema.

    Raises:
        VectorError: A query vector has the wrong width or is not finite.
        IndexStoreError: A condition names a field without an index; the answer would be slow, and
            wrong once there is a graph.
    """
    fields = {each.name for each in schema.fields}
    for leg in queries:
        if isinstance(leg.vector, SparseVector):
            _check_sparse(leg.vector)
        elif leg.using not in schema.dims:
            raise VectorError(f"unknown vector {leg.using!r}; the index has {sorted(schema.dims)}")
        else:
            check_vectors(leg.vector[None, :], schema.dims[leg.using])
        for condition in leg.conditions:
            check_indexed_field(condition.field, fields)


def check_indexed_field(name: str, known: Iterable[str]) -> None:
    """Check that a field has an index.

    Raises:
        IndexStoreError: It has none.
    """
    if name not in set(known):
        raise IndexStoreError(f"field {name!r} has no index; indexed are {sorted(known)}")


def _check_sparse(vector: SparseVector) -> None:
    if len(vector.indices) != len(vector.values):
        raise VectorError(f"{len(vector.indices)} word numbers but {len(vector.values)} weights")
    if not np.isfinite(vector.values).all():
        raise VectorError("a word's weight is not a finite number")
