"""How familiar a photo or a text is to heads that were trained on others."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.arrays import NamedArrays

N_COMPONENTS = 64
"""Directions of spread that are told apart; the rest counts as one."""

FeatureMatrix: TypeAlias = NDArray[np.float32]
"""One vector for each photo or text."""


@dataclass(frozen=True, slots=True)
class DomainDetector:
    """How much a photo or text is like those of the shop, by its distance from their distribution.

    Attributes:
        centre: Mean of the shop's rows, shape (width,).
        axes: Directions of greatest spread, shape (width, n_axes).
        spreads: Variance along each, shape (n_axes,).
        rest: Mean variance along every other direction, shape (1,).
        near: Up to this distance a row is familiar, shape (1,).
        far: From this distance a row is foreign, shape (1,).
    """

    centre: NDArray[np.float32]
    axes: NDArray[np.float32]
    spreads: NDArray[np.float32]
    rest: NDArray[np.float32]
    near: NDArray[np.float32]
    far: NDArray[np.float32]

    @classmethod
    def fit(cls, rows: FeatureMatrix, holdout: FeatureMatrix, margin: float) -> "DomainDetector":
        """Learn the distribution, and from rows held back how far what is familiar may lie out.

        Args:
            rows: Shape (n, width).
            holdout: Others of the same kind, shape (m, width).
            margin: How far out something foreign lies, beyond the outermost tenth of those held
                back, in distances from their median to that tenth; above 0.

        Returns:
            What was learned.
        """
        centre = rows.mean(axis=0)
        _, lengths, axes = np.linalg.svd(rows - centre, full_matrices=False)
        n_axes = min(N_COMPONENTS, len(lengths) // 4)
        variances = lengths**2 / len(rows)
        unseen = cls(
            centre=centre,
            axes=np.ascontiguousarray(axes[:n_axes].T),
            spreads=(variances[:n_axes] + 1e-6).astype(np.float32),
            rest=np.array([variances[n_axes:].mean() + 1e-6], dtype=np.float32),
            near=np.zeros(1, dtype=np.float32),
            far=np.ones(1, dtype=np.float32),
        )
        middle, outer = np.percentile(unseen.compute_distances(holdout), [50, 90])
        return cls(
            unseen.centre,
            unseen.axes,
            unseen.spreads,
            unseen.rest,
            near=np.array([outer], dtype=np.float32),
            far=np.array([outer + margin * (outer - middle)], dtype=np.float32),
        )

    def compute_distances(self, rows: FeatureMatrix) -> NDArray[np.float32]:
        """Return Mahalanobis distances, squared, shape (n,)."""
        offsets = rows - self.centre
        along = offsets @ self.axes  # (n, n_axes)
        beside = (offsets**2).sum(axis=1) - (along**2).sum(axis=1)
        return np.asarray((along**2 / self.spreads).sum(axis=1) + beside / self.rest, np.float32)

    def score_samples(self, rows: FeatureMatrix) -> NDArray[np.float32]:
        """Return 1 for what is familiar, 0 for what is foreign, shape (n,)."""
        width = max(float(self.far[0] - self.near[0]), 1e-6)
        inside = (self.far - self.compute_distances(rows)) / np.float32(width)
        return np.asarray(np.clip(inside, 0.0, 1.0), dtype=np.float32)

    def as_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name that begins with this one."""
        return {f"{prefix}.{each}": getattr(self, each) for each in self.__slots__}

    @classmethod
    def from_arrays(cls, prefix: str, arrays: NamedArrays) -> "DomainDetector":
        """Return what `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
        """
        return cls(**{e: arrays[f"{prefix}.{e}"].astype(np.float32) for e in cls.__slots__})
