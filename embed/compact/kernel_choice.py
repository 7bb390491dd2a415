"""Which numbers the image tower computes in here: measured when it is first used."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

MIN_COSINE = 0.99
"""int8 is refused where the features of a probe have a smaller cosine to those in float32.

Right kernels give 0.998 for both probes. Where only some products overflow, the drawn one may
still give 0.990, the noise gives 0.973, and the vectors of photos go down to 0.88."""

MIN_SPEEDUP = 1.1
"""int8 must be this many times as fast, for float32 is the more exact."""

N_TIMING_RUNS = 3

TowerFunction = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Pixels, shape (n, side, side, 3), to features, shape (n, width)."""


def find_accurate_tower(
    reference: TowerFunction, quantized: Iterable[TowerFunction], image_size: int
) -> TowerFunction | None:
    """Return the first of several towers whose features agree with those in float32.

    Args:
        reference: The tower in float32.
        quantized: The same in int8; those after the first right one are not asked for.
        image_size: Of the pictures, in pixels.

    Returns:
        One of them; None when all go wrong.
    """
    pixels = make_probe_images(image_size)
    expected = reference(pixels)
    right = (run for run in quantized if _least_cosine(expected, run(pixels)) >= MIN_COSINE)
    return next(right, None)


def is_faster(quantized: TowerFunction, reference: TowerFunction, image_size: int) -> bool:
    """Tell whether the tower in int8 is faster here than in float32, by enough to matter.

    Args:
        quantized: The tower in int8.
        reference: The same in float32.
        image_size: Of the pictures, in pixels.

    Returns:
        Whether int8 should be used.
    """
    pixels = make_probe_images(image_size)[:1]
    laps = [
        (_seconds(reference, pixels), _seconds(quantized, pixels)) for _ in range(N_TIMING_RUNS)
    ]
    exact, coarse = (min(each) for each in zip(*laps, strict=True))
    return bool(coarse * MIN_SPEEDUP < exact)


def make_probe_images(image_size: int) -> NDArray[np.uint8]:
    """Return a drawing like a photo of a product, and noise: shape (2, side, side, 3)."""
    noise = np.random.default_rng(0).integers(0, 256, (image_size, image_size, 3), dtype=np.uint8)
    return np.stack([_drawing(image_size), noise])


def _drawing(side: int) -> NDArray[np.uint8]:
    """Return a picture of something round, shaded and striped, on white: (side, side, 3)."""
    down, across = np.mgrid[0:side, 0:side] / side
    inside = (across - 0.5) ** 2 / 0.12 + (down - 0.5) ** 2 / 0.2 < 1.0  # (side, side)
    stripes = 0.5 + 0.5 * np.sin(across * 40.0)
    shades = np.stack([230 * down, 120 * stripes + 60 * across, 200 - 150 * down], axis=-1)
    return np.where(inside[..., None], shades, 255).astype(np.uint8)


def _least_cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)  # (n,)
    return float(((a * b).sum(axis=1) / lengths).min())


def _seconds(run: TowerFunction, pixels: NDArray[np.uint8]) -> float:
    began = time.perf_counter()
    run(pixels)
    return time.perf_counter() - began
