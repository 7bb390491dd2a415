"""Which numbers the image tower computes in here: measured when it is first used."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

LEAST_COSINE = 0.97
"""int8 is refused where the probe's features have a smaller cosine to those in float32. It is 0.998
where processors add up products in 32 bits, and far less where they add in 16 and overflow."""

GAIN = 1.1
"""int8 must be this many times as fast, for float32 is the more exact."""

LAPS = 3

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Pixels, shape (n, side, side, 3), to features, shape (n, width)."""


def int8_is_better(precise: Run, rounded: Run, side: int) -> bool:
    """Tell whether the tower in int8 is faster here than in float32, and right.

    Args:
        precise: The tower in float32.
        rounded: The same in int8.
        side: Of the pictures, in pixels.

    Returns:
        Whether int8 should be used.
    """
    pixels = probe(side)
    if _cosine(precise(pixels), rounded(pixels)) < LEAST_COSINE:
        return False
    laps = [(_seconds(precise, pixels), _seconds(rounded, pixels)) for _ in range(LAPS)]
    exact, coarse = (min(each) for each in zip(*laps, strict=True))
    return bool(coarse * GAIN < exact)


def probe(side: int) -> NDArray[np.uint8]:
    """Return a picture of something round, shaded and striped, on white: (1, side, side, 3)."""
    down, across = np.mgrid[0:side, 0:side] / side
    inside = (across - 0.5) ** 2 / 0.12 + (down - 0.5) ** 2 / 0.2 < 1.0  # (side, side)
    stripes = 0.5 + 0.5 * np.sin(across * 40.0)
    shades = np.stack([230 * down, 120 * stripes + 60 * across, 200 - 150 * down], axis=-1)
    return np.where(inside[..., None], shades, 255).astype(np.uint8)[None]


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b)))


def _seconds(run: Run, pixels: NDArray[np.uint8]) -> float:
    began = time.perf_counter()
    run(pixels)
    return time.perf_counter() - began
