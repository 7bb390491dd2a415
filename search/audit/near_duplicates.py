"""Near-identical photos of a whole catalogue, without comparing each with each."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.perceptual_hash import (
    HASH_SIZE,
    MAX_RMS_DISTANCE,
    PerceptualHashes,
    is_blank,
    is_same_photo,
)

_BLOCK = 512
_SAMPLE = 5_000
_PAIRS = 50_000
_N_AXES = 8
_REACH = MAX_RMS_DISTANCE * HASH_SIZE**0.5 + 0.5
"""Greatest distance of near identical prints; the half guards against the rounding of float32."""

Projections: TypeAlias = NDArray[np.float32]
"""Prints along the directions in which a catalogue's prints differ most, shape (n, n_axes)."""


def find_near_pairs(rows: PerceptualHashes) -> Iterator[tuple[int, int]]:
    """Yield enough pairs of the same photo to join all that are the same, row by row number.

    Prints are sorted along the direction in which they differ most. Two prints are at least as far
    apart as their places along some directions, so that only neighbours there need to be compared:
    exactly the pairs that comparing all would find.

    Args:
        rows: Shape (n, 192). Empty pictures are like no other.

    Yields:
        Pairs of different row numbers.
    """
    numbers = np.flatnonzero(~is_blank(rows))
    unique, first, same = np.unique(rows[numbers], axis=0, return_index=True, return_inverse=True)
    copies = np.flatnonzero(first[same.ravel()] != np.arange(len(numbers)))
    for copy in copies:
        yield int(numbers[first[same.ravel()[copy]]]), int(numbers[copy])
    if len(unique) > 1:
        for one, other in _near_neighbours(unique):
            yield int(numbers[first[one]]), int(numbers[first[other]])


def _near_neighbours(unique: PerceptualHashes) -> Iterator[tuple[int, int]]:
    places = _places(unique)  # (n, n_axes)
    order = np.argsort(places[:, 0])
    ends = np.searchsorted(places[order, 0], places[order, 0] + _REACH, side="right")
    for start in range(0, len(order), _BLOCK):
        stop = min(start + _BLOCK, len(order))
        block, others = order[start:stop], order[start : ends[stop - 1]]
        one, other = _near_places(places[block], places[others])
        yield from _checked(unique, block[one], others[other])


def _near_places(some: Projections, others: Projections) -> NDArray[np.int64]:
    """Return the pairs that are not too far apart, shape (2, n_pairs)."""
    squares = np.square(some).sum(1)[:, None] + np.square(others).sum(1)
    near = squares - 2 * (some @ others.T) <= _REACH**2  # (n_some, n_others)
    return np.asarray(np.argwhere(np.triu(near, k=1)).T)


def _checked(
    unique: PerceptualHashes, ones: NDArray[np.int64], others: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    for part in range(0, len(ones), _PAIRS):
        pairs = ones[part : part + _PAIRS], others[part : part + _PAIRS]
        near = is_same_photo(unique[pairs[0]], unique[pairs[1]])
        yield from zip(pairs[0][near].tolist(), pairs[1][near].tolist(), strict=True)


def _places(unique: PerceptualHashes) -> Projections:
    """Return where prints lie along the directions of greatest spread, shape (n, n_axes)."""
    sample = unique[:: max(1, len(unique) // _SAMPLE)].astype(np.float32)
    _, axes = np.linalg.eigh(np.cov(sample, rowvar=False))
    leading = axes[:, : -_N_AXES - 1 : -1].astype(np.float32)  # (192, n_axes)
    return np.asarray((unique - sample.mean(axis=0)) @ leading, dtype=np.float32)
