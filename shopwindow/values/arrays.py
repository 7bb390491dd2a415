"""Checks and small operations on arrays of vectors."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import VectorError

NamedArrays: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by name."""


def check_vectors(values: ArrayLike, dim: int) -> Vectors:
    """Return the values as float32 rows of the expected width.

    Args:
        values: Shape (n, dim), any real dtype.
        dim: The expected width.

    Returns:
        Shape (n, dim), float32, contiguous.

    Raises:
        VectorError: Wrong shape, or a value that is not finite. (qdrant-edge takes NaN in silence
            and then finds the product by no query.)
    """
    rows = np.ascontiguousarray(values, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise VectorError(f"expected vectors of shape (n, {dim}), got {rows.shape}")
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise VectorError(f"vector {bad} has values that are not finite numbers")
    return rows


def l2_normalize(values: ArrayLike) -> Vectors:
    """Scale each row to length 1; a row of zeros stays zero.

    Args:
        values: Shape (n, dim).

    Returns:
        Shape (n, dim), float32.
    """
    rows = np.asarray(values, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)  # (n, 1)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
