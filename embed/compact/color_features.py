"""Colour features: what a classifier of objects learns to overlook."""

import numpy as np
from numpy.typing import NDArray

BINS_PER_CHANNEL = 5
"""Steps of each channel in the histogram."""

BIN_WIDTH = 52.0
"""Width of one step; five of them cover 0 to 255."""

BACKGROUND_THRESHOLD = 235.0
"""A field whose every channel is at least this bright is background, not product."""

GRID_SIZE = 4
"""Mean colours are taken of GRID x GRID fields."""

N_COLOR_FEATURES = 3 * GRID_SIZE**2 + BINS_PER_CHANNEL**3 + 1


def compute_color_features(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe the colours of photos: where they are, and how much of each.

    Args:
        patches: Mean colours of small fields, 0 to 255, shape (n, 3, side, side); side is a
            multiple of GRID.

    Returns:
        Shape (n, WIDTH): mean colours of the grid (0 to 2), roots of the shares of each shade
        among fields that are not background, and the share of those fields.
    """
    n, channels, side, _ = patches.shape
    cell = side // GRID_SIZE
    cells = patches.reshape(n, channels, GRID_SIZE, cell, GRID_SIZE, cell)
    grid = cells.mean(axis=(3, 5)).reshape(n, -1) / 127.5  # (n, 3 * GRID * GRID)
    flat = patches.reshape(n, channels, -1)  # (n, 3, n_fields)
    product = flat.min(axis=1) < BACKGROUND_THRESHOLD  # (n, n_fields)
    steps = np.clip(flat / BIN_WIDTH, 0, BINS_PER_CHANNEL - 1).astype(np.int64)
    shade = (steps[:, 0] * BINS_PER_CHANNEL + steps[:, 1]) * BINS_PER_CHANNEL + steps[
        :, 2
    ]  # (n, n_fields)
    shares = np.stack([_shares(*pair) for pair in zip(shade, product, strict=True)])
    covered = product.mean(axis=1, keepdims=True)
    return np.concatenate([grid, np.sqrt(shares), covered], axis=1, dtype=np.float32)


def _shares(shade: NDArray[np.int64], product: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of each shade among the product's fields, all zero without any."""
    counts = np.bincount(shade[product], minlength=BINS_PER_CHANNEL**3)  # (SHADES ** 3,)
    shares: NDArray[np.float64] = counts / max(1, counts.sum())
    return shares
