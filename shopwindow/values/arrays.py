"""Validation and normalization of arrays of vectors."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import VectorError

NamedArrays: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by name."""


def check_vectors(values: ArrayLike, dim: int) -> Vectors:
    """Validate vectors and return them as contiguous float32 rows.

    Args:
        values: Shape (n, dim), any real dtype.
        dim: Expected width of the rows.

    Returns:
        Shape (n, dim), float32, contiguous.

    Raises:
        VectorError: Wrong shape, or a value that is not finite. (qdrant-edge accepts NaN silently,
            and no query then retrieves the product.)
    """
    rows = np.ascontiguousarray(values, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise VectorError(f"expected vectors of shape (n, {dim}), got {rows.shape}")
    if not np.isfinite(rows).all():
        first_invalid = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise VectorError(f"vector {first_invalid} has values that are not finite numbers")
    return rows


def l2_normalize(values: ArrayLike) -> Vectors:
    """Scale each row to length 1; a row of zeros stays zero.

    Args:
        values: Shape (n, dim).

    Returns:
        Shape (n, dim), float32.
    """
    rows = np.asarray(values, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)  # (n, 1)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)
