"""Prints of photos: so small that whole catalogues are compared, and alike only for one photo."""

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.encoder import PreparedImage
from core.errors import InvalidValueError

SIDE = 8
PRINT_SIZE = SIDE * SIDE * 3

Prints: TypeAlias = NDArray[np.uint8]
"""Rows of 8 x 8 RGB pixels, shape (n, 192)."""

NEAR = 1.5
"""Greatest root mean square difference, in levels of 255, of two prints of one photo. On 3,000
fashion photos 1.9 % have such a twin, all of them the same photo; saving as JPEG at quality 40
moves a print by 0.7 at most, another product of the same kind by 2.3 at the 2nd percentile. Of 46
groups among 3,000 electronics photos, some eight were of packs or devices that differ in a printed
number or a logo."""

FLAT = 3.0
"""A print whose pixels deviate less than this from their mean colour is an empty picture."""


def photo_print(prepared: PreparedImage) -> str:
    """Return the print of a photo: it is shrunk to 8 x 8 pixels, each the mean of its box.

    Args:
        prepared: Shape (size, size, 3), uint8; the size need not be a multiple of 8.

    Returns:
        Base64 of 192 bytes.
    """
    size = prepared.shape[0]
    boxes = _boxes(size)
    # einsum, not @: for so little work the threads of a matrix product cost ten times as much.
    rows = np.einsum("ay,yk->ak", boxes, prepared.reshape(size, -1).astype(np.float32))
    means = np.einsum("bx,axc->abc", boxes, rows.reshape(SIDE, size, 3))  # (8, 8, 3)
    return base64.b64encode(np.rint(means).astype(np.uint8).tobytes()).decode("ascii")


def prints(texts: Sequence[str]) -> Prints:
    """Return what `photo_print` wrote as rows, shape (n, 192).

    Raises:
        InvalidValueError: One of the texts is no print.
    """
    return np.array([_pixels(text) for text in texts], dtype=np.uint8).reshape(-1, PRINT_SIZE)


def near_identical(some: Prints, others: Prints) -> NDArray[np.bool_]:
    """Return which photos are the same, but for how they were saved.

    Args:
        some: Shape (n_some, 192).
        others: Shape (n_others, 192).

    Returns:
        Shape (n_some, n_others). An empty picture is like no other, nor like itself.
    """
    a, b = some.astype(np.float32), others.astype(np.float32)
    # |a - b|^2 = |a|^2 - 2ab + |b|^2, whole numbers; ab is below 2^24, so float32 is exact.
    products = (a @ b.T).astype(np.float64)
    squares = np.square(a, dtype=np.float64).sum(1)[:, None] + np.square(b, dtype=np.float64).sum(1)
    near = squares - 2 * products <= NEAR**2 * PRINT_SIZE
    return np.asarray(near & ~is_flat(some)[:, None] & ~is_flat(others), dtype=np.bool_)


def is_flat(rows: Prints) -> NDArray[np.bool_]:
    """Return which prints are of empty pictures: one colour all over; shape (n,)."""
    pixels = rows.reshape(-1, SIDE * SIDE, 3).astype(np.float32)
    deviations = pixels - pixels.mean(axis=1, keepdims=True)  # (n, 64, 3)
    return np.asarray(np.square(deviations).mean(axis=(1, 2)) < FLAT**2, dtype=np.bool_)


@lru_cache(maxsize=8)
def _boxes(size: int) -> NDArray[np.float32]:
    """Return the weight of each of `size` pixels in each of 8 boxes.

    Returns:
        Shape (8, size); a pixel that two boxes share counts in each by its part. Rows add to 1.
    """
    edges = np.linspace(0, size, SIDE + 1)
    starts = np.arange(size)
    shared = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.asarray(shared.clip(0, None) * SIDE / size, dtype=np.float32)


def _pixels(text: str) -> NDArray[np.uint8]:
    try:
        pixels = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError) as exc:
        raise InvalidValueError("photo_print", f"base64 of {PRINT_SIZE} bytes", text) from exc
    if len(pixels) != PRINT_SIZE:
        raise InvalidValueError("photo_print", f"base64 of {PRINT_SIZE} bytes", text)
    return pixels
