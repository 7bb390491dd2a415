"""Colour features of photos, which an ImageNet classifier learns to ignore."""

import numpy as np
from numpy.typing import NDArray

BINS_PER_CHANNEL = 5
"""Histogram bins of each colour channel."""

BIN_WIDTH = 52.0
"""Width of one bin; five of them cover 0 to 255."""

BACKGROUND_THRESHOLD = 235.0
"""A patch whose every channel is at least this bright is background, not product."""

GRID_SIZE = 4
"""Mean colours are taken over GRID_SIZE x GRID_SIZE cells."""

N_COLOR_FEATURES = 3 * GRID_SIZE**2 + BINS_PER_CHANNEL**3 + 1


def compute_color_features(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute colour features of photos: a grid of mean colours, a histogram, the product's area.

    Args:
        patches: Mean colours of small patches, 0 to 255, shape (n, 3, side, side); side is a
            multiple of GRID_SIZE.

    Returns:
        Shape (n, N_COLOR_FEATURES): mean colours of the grid cells (0 to 2), square roots of the
        colour histogram of the patches that are not background, and the share of those patches.
    """
    n, channels, side, _ = patches.shape
    cell = side // GRID_SIZE
    cells = patches.reshape(n, channels, GRID_SIZE, cell, GRID_SIZE, cell)
    grid = cells.mean(axis=(3, 5)).reshape(n, -1) / 127.5  # (n, 3 * GRID * GRID)
    flat = patches.reshape(n, channels, -1)  # (n, 3, n_patches)
    is_product = flat.min(axis=1) < BACKGROUND_THRESHOLD  # (n, n_patches)
    red, green, blue = np.moveaxis(
        np.clip(flat / BIN_WIDTH, 0, BINS_PER_CHANNEL - 1).astype(np.int64), 1, 0
    )
    bins = (red * BINS_PER_CHANNEL + green) * BINS_PER_CHANNEL + blue  # (n, n_patches)
    histograms = np.stack(
        [_compute_histogram(*photo) for photo in zip(bins, is_product, strict=True)]
    )
    area = is_product.mean(axis=1, keepdims=True)
    return np.concatenate([grid, np.sqrt(histograms), area], axis=1, dtype=np.float32)


def _compute_histogram(
    bins: NDArray[np.int64], is_product: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the share of each colour bin among one photo's product patches; zeros without any.

    Args:
        bins: Colour bin of each patch, shape (n_patches,).
        is_product: Which patches are not background, shape (n_patches,).

    Returns:
        Shape (n_bins,).
    """
    counts = np.bincount(bins[is_product], minlength=BINS_PER_CHANNEL**3)  # (n_bins,)
    histogram: NDArray[np.float64] = counts / max(1, counts.sum())
    return histogram
