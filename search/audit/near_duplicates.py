"""Near-identical photos of a whole catalogue, without comparing every pair."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import HASH_SIZE, MAX_RMS_DISTANCE, PerceptualHashes, is_blank, is_same_photo

_BLOCK_SIZE = 512
_SAMPLE_SIZE = 5_000
_PAIRS_PER_CHECK = 50_000
_N_AXES = 8
_MAX_DISTANCE = MAX_RMS_DISTANCE * HASH_SIZE**0.5 + 0.5
"""Greatest distance of near-identical hashes; 0.5 guards against the rounding of float32."""

Projections: TypeAlias = NDArray[np.float32]
"""Hashes projected on the directions of greatest variance, shape (n, n_axes)."""


def find_near_pairs(hashes: PerceptualHashes) -> Iterator[tuple[int, int]]:
    """Yield enough pairs of near-identical photos to connect all of them, by row index.

    Hashes are sorted along the direction of greatest variance. Two hashes are at least as far apart
    as their projections, so that only neighbours there are compared; the result is exactly that of
    comparing every pair.

    Args:
        hashes: Shape (n, 192). Blank pictures match no other.

    Yields:
        Pairs of different row indices.
    """
    indices = np.flatnonzero(~is_blank(hashes))
    unique, first_copies, inverse = np.unique(
        hashes[indices], axis=0, return_index=True, return_inverse=True
    )
    copies = np.flatnonzero(first_copies[inverse.ravel()] != np.arange(len(indices)))
    for copy in copies:
        yield int(indices[first_copies[inverse.ravel()[copy]]]), int(indices[copy])
    if len(unique) > 1:
        for first, second in _find_near_neighbors(unique):
            yield int(indices[first_copies[first]]), int(indices[first_copies[second]])


def _find_near_neighbors(unique: PerceptualHashes) -> Iterator[tuple[int, int]]:
    projections = _project(unique)  # (n, n_axes)
    sorted_indices = np.argsort(projections[:, 0])
    ends = np.searchsorted(
        projections[sorted_indices, 0], projections[sorted_indices, 0] + _MAX_DISTANCE, side="right"
    )
    for start in range(0, len(sorted_indices), _BLOCK_SIZE):
        stop = min(start + _BLOCK_SIZE, len(sorted_indices))
        block, candidates = sorted_indices[start:stop], sorted_indices[start : ends[stop - 1]]
        first, second = _find_near_projections(projections[block], projections[candidates])
        yield from _verify_pairs(unique, block[first], candidates[second])


def _find_near_projections(block: Projections, others: Projections) -> NDArray[np.int64]:
    """Return the pairs whose projections are close enough, shape (2, n_pairs)."""
    squares = np.square(block).sum(1)[:, None] + np.square(others).sum(1)
    is_near = squares - 2 * (block @ others.T) <= _MAX_DISTANCE**2  # (n_block, n_others)
    return np.asarray(np.argwhere(np.triu(is_near, k=1)).T)


def _verify_pairs(
    unique: PerceptualHashes, firsts: NDArray[np.int64], seconds: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of hashes, two arrays of rows of shape (n_pairs,), that are of one photo."""
    for start in range(0, len(firsts), _PAIRS_PER_CHECK):
        pairs = firsts[start : start + _PAIRS_PER_CHECK], seconds[start : start + _PAIRS_PER_CHECK]
        is_near = is_same_photo(unique[pairs[0]], unique[pairs[1]])
        yield from zip(pairs[0][is_near].tolist(), pairs[1][is_near].tolist(), strict=True)


def _project(unique: PerceptualHashes) -> Projections:
    """Return hashes projected on the directions of greatest variance, shape (n, n_axes)."""
    sample = unique[:: max(1, len(unique) // _SAMPLE_SIZE)].astype(np.float32)
    _, eigenvectors = np.linalg.eigh(np.cov(sample, rowvar=False))
    leading = eigenvectors[:, : -_N_AXES - 1 : -1].astype(np.float32)  # (192, n_axes)
    return np.asarray((unique - sample.mean(axis=0)) @ leading, dtype=np.float32)
