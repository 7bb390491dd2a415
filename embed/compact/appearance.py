"""The appearance part of a photo's vector: a projection of the backbone's own features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.color_features import BINS_PER_CHANNEL
from embed.compact.tower_files import N_LAST_CHANNELS
from shopwindow.values import NamedArrays, Vectors, l2_normalize

N_COLOR_BINS = BINS_PER_CHANNEL**3
"""Colour histogram bins among the features; one more feature, the product's area, follows them."""

APPEARANCE_FEATURE_DIM = 2 * N_LAST_CHANNELS + N_COLOR_BINS
"""Width of the appearance features."""

APPEARANCE_FEATURE_WEIGHTS = (1.0, 0.5, 0.2)
"""Weights of means, maxima and colour histogram. Source: `tools/train_compact/trials.json`."""

_STORED_NAMES = {"mean": "centre", "matrix": "matrix"}
"""Names of the fields in weights files."""


@dataclass(frozen=True, slots=True)
class AppearanceProjection:
    """A linear projection of the appearance features to fewer dimensions.

    Attributes:
        mean: Mean of the appearance features, shape (APPEARANCE_FEATURE_DIM,).
        matrix: Shape (APPEARANCE_FEATURE_DIM, dim).
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    @property
    def dim(self) -> int:
        """Width of the appearance part."""
        return int(self.matrix.shape[1])

    def project(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        return l2_normalize((compute_appearance_features(features) - self.mean) @ self.matrix)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return both arrays in half precision, under their stored names.

        Returns:
            float16: the mean, shape (APPEARANCE_FEATURE_DIM,), and the matrix, shape
            (APPEARANCE_FEATURE_DIM, dim).
        """
        return {
            f"look.{key}": getattr(self, field).astype(np.float16)
            for field, key in _STORED_NAMES.items()
        }

    @classmethod
    def from_arrays(cls, arrays: NamedArrays) -> "AppearanceProjection":
        """Return the projection whose arrays `as_arrays` gave.

        Raises:
            KeyError: An array is missing.
        """
        return cls(
            **{
                field: arrays[f"look.{key}"].astype(np.float32)
                for field, key in _STORED_NAMES.items()
            }
        )


def compute_appearance_features(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return square roots of the last layer's means and maxima, and the colour histogram, weighted.

    Square roots keep one strong channel from dominating the others.

    Args:
        features: The image tower's, shape (n, width).

    Returns:
        Shape (n, APPEARANCE_FEATURE_DIM), float32.
    """
    means, maxima = (
        features[:, :N_LAST_CHANNELS],
        features[:, N_LAST_CHANNELS : 2 * N_LAST_CHANNELS],
    )
    blocks = (
        l2_normalize(np.sqrt(means)),
        l2_normalize(np.sqrt(maxima)),
        features[:, -N_COLOR_BINS - 1 : -1],
    )
    weighted = [
        block * weight for block, weight in zip(blocks, APPEARANCE_FEATURE_WEIGHTS, strict=True)
    ]
    return np.concatenate(weighted, axis=1, dtype=np.float32)
