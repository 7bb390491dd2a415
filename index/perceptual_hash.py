"""Prints of photos: so small that whole catalogues are compared, and alike only for one photo."""

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.encoder import PreparedImage
from shopwindow.values.errors import InvalidValueError

HASH_SIDE = 8
HASH_SIZE = HASH_SIDE * HASH_SIDE * 3
_N_PARTS = 8
_N_LETTERS = HASH_SIZE * 4 // 3  # no rest, so that prints can be read in one go

PerceptualHashes: TypeAlias = NDArray[np.uint8]
"""Rows of 8 x 8 RGB pixels, shape (n, 192)."""

MAX_RMS_DISTANCE = 1.5
"""Greatest root mean square difference, in levels of 255, of two prints of one photo. On 3,000
fashion photos 1.9 % have such a twin, all of them the same photo; saving as JPEG at quality 40
moves a print by 0.7 at most, another product of the same kind by 2.3 at the 2nd percentile. Of 46
groups among 3,000 electronics photos, some eight were of packs or devices that differ in a printed
number or a logo."""

MIN_DEVIATION = 3.0
"""A print whose pixels deviate less than this from their mean colour is an empty picture."""


def compute_perceptual_hash(prepared: PreparedImage) -> str:
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
    means = np.einsum("bx,axc->abc", boxes, rows.reshape(HASH_SIDE, size, 3))  # (8, 8, 3)
    return base64.b64encode(np.rint(means).astype(np.uint8).tobytes()).decode("ascii")


def decode_hashes(texts: Sequence[str]) -> PerceptualHashes:
    """Return what `photo_print` wrote as rows, shape (n, 192).

    Raises:
        InvalidValueError: One of the texts is no print.
    """
    for text in texts:
        if len(text) != _N_LETTERS:
            raise InvalidValueError("photo_print", f"base64 of {HASH_SIZE} bytes", text)
    try:
        pixels = base64.b64decode("".join(texts), validate=True)
    except binascii.Error as exc:
        expected = f"base64 of {HASH_SIZE} bytes each"
        raise InvalidValueError("photo_print", expected, texts) from exc
    return np.frombuffer(pixels, dtype=np.uint8).reshape(-1, HASH_SIZE)


def is_same_photo(some: PerceptualHashes, others: PerceptualHashes) -> NDArray[np.bool_]:
    """Return whether pairs of prints are of one photo, but for how it was saved.

    Args:
        some: Shape (n, 192).
        others: What each is compared with, shape (n, 192).

    Returns:
        Shape (n,). An empty picture is like no other, nor like itself.
    """
    apart = some.astype(np.int32) - others  # (n, 192)
    near = np.square(apart).sum(axis=1) <= MAX_RMS_DISTANCE**2 * HASH_SIZE
    near[near] = ~(is_blank(some[near]) | is_blank(others[near]))
    return np.asarray(near, dtype=np.bool_)


def find_same_photo_pairs(rows: PerceptualHashes) -> NDArray[np.int64]:
    """Return the pairs of prints that are of one photo, among some hundreds.

    Parts of two prints that are near have nearly equal sums, so that only few are compared in full.

    Args:
        rows: Shape (n, 192).

    Returns:
        Row numbers, shape (n_pairs, 2), the smaller first.
    """
    sums = rows.reshape(len(rows), _N_PARTS, HASH_SIZE // _N_PARTS).sum(
        axis=2, dtype=np.int64
    )  # (n, n_parts)
    reach = MAX_RMS_DISTANCE * HASH_SIZE / _N_PARTS**0.5  # by Cauchy and Schwarz
    wholes = sums.sum(axis=1)  # parts alone may be white in most photos
    order = np.argsort(wholes)
    ends = np.searchsorted(
        wholes[order], wholes[order] + MAX_RMS_DISTANCE * HASH_SIZE, side="right"
    )
    n_after = ends - np.arange(len(rows)) - 1
    ones = np.repeat(np.arange(len(rows)), n_after)
    begun = np.repeat(np.cumsum(n_after) - n_after, n_after)
    others = ones + 1 + np.arange(len(ones)) - begun
    pairs = np.sort(np.stack([order[ones], order[others]], axis=1), axis=1)
    apart = np.abs(sums[pairs[:, 0]] - sums[pairs[:, 1]]).max(axis=1)
    pairs = pairs[apart <= reach]
    same = is_same_photo(rows[pairs[:, 0]], rows[pairs[:, 1]])
    return np.asarray(pairs[same], dtype=np.int64)


def is_blank(rows: PerceptualHashes) -> NDArray[np.bool_]:
    """Return which prints are of empty pictures: one colour all over; shape (n,)."""
    pixels = rows.reshape(-1, HASH_SIDE * HASH_SIDE, 3).astype(np.float32)
    deviations = pixels - pixels.mean(axis=1, keepdims=True)  # (n, 64, 3)
    return np.asarray(np.square(deviations).mean(axis=(1, 2)) < MIN_DEVIATION**2, dtype=np.bool_)


@lru_cache(maxsize=8)
def _boxes(size: int) -> NDArray[np.float32]:
    """Return the weight of each of `size` pixels in each of 8 boxes.

    Returns:
        Shape (8, size); a pixel that two boxes share counts in each by its part. Rows add to 1.
    """
    edges = np.linspace(0, size, HASH_SIDE + 1)
    starts = np.arange(size)
    shared = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.asarray(shared.clip(0, None) * HASH_SIDE / size, dtype=np.float32)
