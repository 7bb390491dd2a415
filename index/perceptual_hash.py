"""Perceptual hashes of photos: small enough to compare whole catalogs, near only for one photo."""

import base64
import binascii
import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import PreparedImage
from shopwindow.values.errors import InvalidValueError

HASH_SIDE = 8
HASH_SIZE = HASH_SIDE * HASH_SIDE * 3
_N_BLOCKS = 8
_N_CHARS = HASH_SIZE * 4 // 3  # no padding, so that joined hashes decode in one call

PerceptualHashes: TypeAlias = NDArray[np.uint8]
"""Rows of 8 x 8 RGB pixels, shape (n_photos, 192)."""

MAX_RMS_DISTANCE = 1.5
"""Greatest root mean square difference, in levels of 255, between two hashes of one photo. Of 3,000
fashion photos 1.9 % have such a duplicate, all of them the same photo; saving as JPEG at quality 40
changes a hash by at most 0.7, while another product of the same kind differs by 2.3 at the 2nd
percentile. Of 46 groups among 3,000 electronics photos, about eight were of packs or devices that
differ in a printed number or a logo."""

MIN_DEVIATION = 3.0
"""A hash whose pixels deviate less than this from their mean colour is of a blank photo."""


def compute_perceptual_hash(prepared: PreparedImage) -> str:
    """Compute the perceptual hash of a photo: 8 x 8 pixels, each the mean of its box.

    Args:
        prepared: Shape (size, size, 3), uint8; the size need not be a multiple of 8.

    Returns:
        Base64 of 192 bytes.
    """
    size = prepared.shape[0]
    pixels = prepared.reshape(size, -1).astype(np.float32)
    boxes = _make_boxes(size)
    # einsum instead of @: for so little work the threads of a matrix product cost ten times more.
    rows = [np.einsum("y,yk->k", weights, pixels[extent]) for extent, weights in boxes]
    columns = np.stack(rows).reshape(HASH_SIDE, size, 3)
    means = np.stack(
        [np.einsum("x,axc->ac", weights, columns[:, extent]) for extent, weights in boxes], axis=1
    )  # (8, 8, 3)
    return base64.b64encode(np.rint(means).astype(np.uint8).tobytes()).decode("ascii")


def decode_hashes(texts: Sequence[str]) -> PerceptualHashes:
    """Return hashes that `compute_perceptual_hash` made as rows, shape (n_photos, 192).

    Raises:
        InvalidValueError: A text is not a perceptual hash.
    """
    for text in texts:
        if len(text) != _N_CHARS:
            raise InvalidValueError("perceptual_hash", f"base64 of {HASH_SIZE} bytes", text)
    try:
        pixels = base64.b64decode("".join(texts), validate=True)
    except binascii.Error as exc:
        expected = f"base64 of {HASH_SIZE} bytes each"
        raise InvalidValueError("perceptual_hash", expected, texts) from exc
    return np.frombuffer(pixels, dtype=np.uint8).reshape(-1, HASH_SIZE)


def is_same_photo(left: PerceptualHashes, right: PerceptualHashes) -> NDArray[np.bool_]:
    """Tell which pairs of hashes are of the same photo, however it was saved.

    Args:
        left: Shape (n_pairs, 192).
        right: The hash to compare each with, shape (n_pairs, 192).

    Returns:
        Shape (n_pairs,). A blank photo equals no photo, not even itself.
    """
    differences = left.astype(np.int32) - right  # (n_pairs, 192)
    is_near = np.square(differences).sum(axis=1) <= MAX_RMS_DISTANCE**2 * HASH_SIZE
    is_near[is_near] = ~(is_blank(left[is_near]) | is_blank(right[is_near]))
    return np.asarray(is_near, dtype=np.bool_)


def find_same_photo_pairs(hashes: PerceptualHashes) -> NDArray[np.int64]:
    """Find the pairs of hashes of the same photo, among some hundreds of hashes.

    Blocks of two near hashes have nearly equal sums, so that only few pairs are compared in full.

    Args:
        hashes: Shape (n_photos, 192).

    Returns:
        Row numbers, shape (n_pairs, 2), the smaller first.
    """
    if len(hashes) < 2:
        return np.empty((0, 2), dtype=np.int64)
    block_sums = hashes.reshape(len(hashes), _N_BLOCKS, HASH_SIZE // _N_BLOCKS).sum(
        axis=2, dtype=np.int64
    )  # (n_photos, n_blocks)
    max_block_difference = MAX_RMS_DISTANCE * HASH_SIZE / _N_BLOCKS**0.5  # by Cauchy and Schwarz
    sums = block_sums.sum(axis=1)  # single blocks may be white in most photos
    order = np.argsort(sums)
    ends = np.searchsorted(sums[order], sums[order] + MAX_RMS_DISTANCE * HASH_SIZE, side="right")
    # Each photo, in the order of the sums, with all that follow it within reach.
    n_following = ends - np.arange(len(hashes)) - 1
    first = np.repeat(np.arange(len(hashes)), n_following)
    group_starts = np.repeat(np.cumsum(n_following) - n_following, n_following)
    second = first + 1 + np.arange(len(first)) - group_starts
    pairs = np.sort(np.stack([order[first], order[second]], axis=1), axis=1)
    differences = np.abs(block_sums[pairs[:, 0]] - block_sums[pairs[:, 1]]).max(axis=1)
    pairs = pairs[differences <= max_block_difference]
    is_same = is_same_photo(hashes[pairs[:, 0]], hashes[pairs[:, 1]])
    return np.asarray(pairs[is_same], dtype=np.int64)


def is_blank(hashes: PerceptualHashes) -> NDArray[np.bool_]:
    """Return which hashes are of blank photos, one colour all over; shape (n_photos,)."""
    pixels = hashes.reshape(-1, HASH_SIDE * HASH_SIDE, 3).astype(np.float32)
    deviations = pixels - pixels.mean(axis=1, keepdims=True)  # (n_photos, 64, 3)
    return np.asarray(np.square(deviations).mean(axis=(1, 2)) < MIN_DEVIATION**2, dtype=np.bool_)


@lru_cache(maxsize=8)
def _make_boxes(size: int) -> tuple[tuple[slice, NDArray[np.float32]], ...]:
    """Return the extent in pixels of each of 8 boxes, and the weight of each pixel in it.

    A pixel that overlaps two boxes counts in each by its share. Weights of a box sum to 1.
    """
    edges = np.linspace(0, size, HASH_SIDE + 1)
    starts = np.arange(size)
    overlaps = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    weights = (overlaps.clip(0, None) * HASH_SIDE / size).astype(np.float32)  # (8, size)
    extents = (slice(int(lower), math.ceil(upper)) for lower, upper in itertools.pairwise(edges))
    return tuple((extent, row[extent]) for extent, row in zip(extents, weights, strict=True))
