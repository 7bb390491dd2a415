"""Near-identical photos of a whole catalogue, without comparing each with each."""

from collections.abc import Iterator

import numpy as np

from index.photo_print import NEAR, PRINT_SIZE, Prints, is_flat, near_identical

_BLOCK = 512
_SAMPLE = 5_000


def near_pairs(rows: Prints) -> Iterator[tuple[int, int]]:
    """Yield enough pairs of the same photo to join all that are the same, row by row number.

    Prints are sorted along the direction in which they differ most. Two prints are at least as far
    apart as their places on that line, so that only neighbours there need to be compared: exactly
    the pairs that comparing all would find.

    Args:
        rows: Shape (n, 192). Empty pictures are like no other.

    Yields:
        Pairs of different row numbers.
    """
    numbers = np.flatnonzero(~is_flat(rows))
    unique, first, same = np.unique(rows[numbers], axis=0, return_index=True, return_inverse=True)
    copies = np.flatnonzero(first[same.ravel()] != np.arange(len(numbers)))
    for copy in copies:
        yield int(numbers[first[same.ravel()[copy]]]), int(numbers[copy])
    if len(unique) > 1:
        for one, other in _near_neighbours(unique):
            yield int(numbers[first[one]]), int(numbers[first[other]])


def _near_neighbours(unique: Prints) -> Iterator[tuple[int, int]]:
    places = _places(unique)
    order = np.argsort(places)
    reach = NEAR * PRINT_SIZE**0.5 + 0.5  # the half guards against float32
    ends = np.searchsorted(places[order], places[order] + reach, side="right")
    for start in range(0, len(order), _BLOCK):
        stop = min(start + _BLOCK, len(order))
        block, others = order[start:stop], order[start : ends[stop - 1]]
        found = near_identical(unique[block], unique[others])  # (n_block, n_others)
        for one, other in np.argwhere(np.triu(found, k=1)):
            yield int(block[one]), int(others[other])


def _places(unique: Prints) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return where prints lie along the direction of greatest spread; shape (n,)."""
    sample = unique[:: max(1, len(unique) // _SAMPLE)].astype(np.float32)
    _, axes = np.linalg.eigh(np.cov(sample, rowvar=False))
    return np.asarray(unique.astype(np.float32) @ axes[:, -1].astype(np.float32))
