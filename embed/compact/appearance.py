"""The look: what the backbone itself sees of a photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.color_features import SHADES
from embed.compact.image_tower import LAST
from shopwindow.values.arrays import unit_rows
from shopwindow.values.encoder import Vectors

SHARES = SHADES**3
"""Shares of shades among the features, followed by one number that is none."""

VIEW = 2 * LAST + SHARES
"""Width of a view, which the look is made from."""

VIEW_WEIGHTS = (1.0, 0.5, 0.2)
"""Weights of means, maxima and colours in a view. Source: tries written down in the model card."""


@dataclass(frozen=True, slots=True)
class Look:
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
        return unit_rows((view(features) - self.centre) @ self.matrix)


def view(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the roots of the last layer's means and of its maxima, and the colours, weighed.

    Roots keep one strong channel from outshouting the others.

    Args:
        features: The image tower's, shape (n, width).

    Returns:
        Shape (n, VIEW), float32.
    """
    means, maxima = features[:, :LAST], features[:, LAST : 2 * LAST]
    parts = (unit_rows(np.sqrt(means)), unit_rows(np.sqrt(maxima)), features[:, -SHARES - 1 : -1])
    weighed = [part * weight for part, weight in zip(parts, VIEW_WEIGHTS, strict=True)]
    return np.concatenate(weighed, axis=1, dtype=np.float32)
