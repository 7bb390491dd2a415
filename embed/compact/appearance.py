"""The look: what the backbone itself sees of a photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.color_features import BINS_PER_CHANNEL
from embed.compact.image_tower import N_LAST_CHANNELS
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors

N_COLOR_BINS = BINS_PER_CHANNEL**3
"""Shares of shades among the features, followed by one number that is none."""

APPEARANCE_FEATURE_DIM = 2 * N_LAST_CHANNELS + N_COLOR_BINS
"""Width of a view, which the look is made from."""

APPEARANCE_FEATURE_WEIGHTS = (1.0, 0.5, 0.2)
"""Weights of means, maxima and colours in a view. Source: tries written down in the model card."""


@dataclass(frozen=True, slots=True)
class AppearanceProjection:
    """One linear layer that keeps what the backbone itself sees, in fewer numbers.

    Attributes:
        centre: Mean of the views, shape (VIEW,).
        matrix: Shape (VIEW, dim).
    """

    centre: NDArray[np.float32]
    matrix: NDArray[np.float32]

    @property
    def dim(self) -> int:
        """Width of the look."""
        return int(self.matrix.shape[1])

    def project(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        return l2_normalize((compute_appearance_features(features) - self.centre) @ self.matrix)


def compute_appearance_features(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the roots of the last layer's means and of its maxima, and the colours, weighed.

    Roots keep one strong channel from outshouting the others.

    Args:
        features: The image tower's, shape (n, width).

    Returns:
        Shape (n, VIEW), float32.
    """
    means, maxima = (
        features[:, :N_LAST_CHANNELS],
        features[:, N_LAST_CHANNELS : 2 * N_LAST_CHANNELS],
    )
    parts = (
        l2_normalize(np.sqrt(means)),
        l2_normalize(np.sqrt(maxima)),
        features[:, -N_COLOR_BINS - 1 : -1],
    )
    weighed = [
        part * weight for part, weight in zip(parts, APPEARANCE_FEATURE_WEIGHTS, strict=True)
    ]
    return np.concatenate(weighed, axis=1, dtype=np.float32)
