"""Choose the precision of the image tower by probing it on this machine, on first use."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

MIN_COSINE = 0.99
"""int8 is rejected where the features of a probe image have a smaller cosine to float32's.

Accurate kernels give 0.998 for both probes. Where only some products overflow, the drawing may
still give 0.990, the noise gives 0.973, and the vectors of photos go down to 0.88."""

MIN_SPEEDUP = 1.1
"""int8 must be this many times as fast to be used: float32 is more exact."""

N_TIMING_RUNS = 3

TowerFunction = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Pixels, shape (n, side, side, 3), to features, shape (n, width)."""


def find_accurate_tower(
    reference: TowerFunction, quantized: Iterable[TowerFunction], image_size: int
) -> TowerFunction | None:
    """Find the first int8 tower whose features agree with those in float32.

    Args:
        reference: The tower in float32.
        quantized: The same in int8, by preference; those after the first accurate one are not
            built.
        image_size: Side of the photos in pixels.

    Returns:
        The first accurate tower; None when there is none.
    """
    pixels = make_probe_images(image_size)
    expected = reference(pixels)
    accurate = (
        tower for tower in quantized if _compute_min_cosine(expected, tower(pixels)) >= MIN_COSINE
    )
    return next(accurate, None)


def is_faster(quantized: TowerFunction, reference: TowerFunction, image_size: int) -> bool:
    """Return whether the tower in int8 is at least MIN_SPEEDUP times as fast as in float32.

    Args:
        quantized: The tower in int8.
        reference: The same in float32.
        image_size: Side of the photos in pixels.
    """
    pixels = make_probe_images(image_size)[:1]
    timings = [
        (_time_s(reference, pixels), _time_s(quantized, pixels)) for _ in range(N_TIMING_RUNS)
    ]
    reference_s, quantized_s = (min(runs) for runs in zip(*timings, strict=True))
    return bool(quantized_s * MIN_SPEEDUP < reference_s)


def make_probe_images(image_size: int) -> NDArray[np.uint8]:
    """Return a drawing that resembles a product photo, and noise: shape (2, side, side, 3)."""
    noise = np.random.default_rng(0).integers(0, 256, (image_size, image_size, 3), dtype=np.uint8)
    return np.stack([_draw_product(image_size), noise])


def _draw_product(side: int) -> NDArray[np.uint8]:
    """Return a drawing of a round, shaded, striped object on white: shape (side, side, 3)."""
    y, x = np.mgrid[0:side, 0:side] / side
    is_object = (x - 0.5) ** 2 / 0.12 + (y - 0.5) ** 2 / 0.2 < 1.0  # (side, side)
    stripes = 0.5 + 0.5 * np.sin(x * 40.0)
    colors = np.stack([230 * y, 120 * stripes + 60 * x, 200 - 150 * y], axis=-1)
    return np.where(is_object[..., None], colors, 255).astype(np.uint8)


def _compute_min_cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the least cosine of a row to the same row of the other; both of shape (n, width)."""
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)  # (n,)
    return float(((a * b).sum(axis=1) / norms).min())


def _time_s(tower: TowerFunction, pixels: NDArray[np.uint8]) -> float:
    """Return the seconds that a tower takes for pixels, shape (n, side, side, 3)."""
    start = time.perf_counter()
    tower(pixels)
    return time.perf_counter() - start
