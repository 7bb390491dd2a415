"""Out-of-domain detection: is a photo or a text like those that the heads were trained on?"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import NamedArrays

N_COMPONENTS = 64
"""Principal components with a variance of their own; the others share one mean variance."""

FeatureMatrix: TypeAlias = NDArray[np.float32]
"""One row for each photo or text, shape (n, width)."""

_STORED_NAMES = {
    "mean": "centre",
    "components": "axes",
    "variances": "spreads",
    "residual_variance": "rest",
    "in_domain_distance": "near",
    "out_of_domain_distance": "far",
}
"""Names of the fields in weights files."""


@dataclass(frozen=True, slots=True)
class DomainDetector:
    """Scores how in-domain a photo or text is, by its Mahalanobis distance from the training data.

    Attributes:
        mean: Mean of the training rows, shape (width,).
        components: Principal components, shape (width, n_components).
        variances: Variance along each component, shape (n_components,).
        residual_variance: Mean variance along all other directions, shape (1,).
        in_domain_distance: Squared distance up to which a row scores 1, shape (1,).
        out_of_domain_distance: Squared distance from which a row scores 0, shape (1,).
    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    variances: NDArray[np.float32]
    residual_variance: NDArray[np.float32]
    in_domain_distance: NDArray[np.float32]
    out_of_domain_distance: NDArray[np.float32]

    @classmethod
    def fit(cls, rows: FeatureMatrix, holdout: FeatureMatrix, margin: float) -> "DomainDetector":
        """Return a detector with its distribution fitted on `rows`, its thresholds on `holdout`.

        The 90th percentile of the held-out distances is `in_domain_distance`.

        Args:
            rows: Training rows, shape (n, width).
            holdout: Held-out rows of the same domain, shape (m, width).
            margin: Where `out_of_domain_distance` lies beyond the 90th percentile, in units of the
                distance from the median to that percentile; above 0.
        """
        mean = rows.mean(axis=0)
        _, singular_values, directions = np.linalg.svd(rows - mean, full_matrices=False)
        n_components = min(N_COMPONENTS, len(singular_values) // 4)
        variances = singular_values**2 / len(rows)
        uncalibrated = cls(
            mean=mean,
            components=np.ascontiguousarray(directions[:n_components].T),
            variances=(variances[:n_components] + 1e-6).astype(np.float32),
            residual_variance=np.array([variances[n_components:].mean() + 1e-6], dtype=np.float32),
            in_domain_distance=np.zeros(1, dtype=np.float32),
            out_of_domain_distance=np.ones(1, dtype=np.float32),
        )
        median, p90 = np.percentile(uncalibrated.compute_distances(holdout), [50, 90])
        return replace(
            uncalibrated,
            in_domain_distance=np.array([p90], dtype=np.float32),
            out_of_domain_distance=np.array([p90 + margin * (p90 - median)], dtype=np.float32),
        )

    def compute_distances(self, rows: FeatureMatrix) -> NDArray[np.float32]:
        """Return squared Mahalanobis distances from the training data, shape (n,)."""
        offsets = rows - self.mean
        projections = offsets @ self.components  # (n, n_components)
        residuals = (offsets**2).sum(axis=1) - (projections**2).sum(axis=1)  # (n,)
        explained = (projections**2 / self.variances).sum(axis=1)
        return np.asarray(explained + residuals / self.residual_variance, np.float32)

    def score_samples(self, rows: FeatureMatrix) -> NDArray[np.float32]:
        """Return scores from 1 (in-domain) to 0 (out-of-domain), linear between, shape (n,)."""
        width = max(float(self.out_of_domain_distance[0] - self.in_domain_distance[0]), 1e-6)
        distances = self.compute_distances(rows)
        scores = (self.out_of_domain_distance - distances) / np.float32(width)
        return np.asarray(np.clip(scores, 0.0, 1.0), dtype=np.float32)

    def as_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return every array, of its attribute's shape, under its stored name, "PREFIX.NAME"."""
        return {f"{prefix}.{key}": getattr(self, field) for field, key in _STORED_NAMES.items()}

    @classmethod
    def from_arrays(cls, prefix: str, arrays: NamedArrays) -> "DomainDetector":
        """Return the detector whose arrays `as_arrays` gave.

        Raises:
            KeyError: An array is missing.
        """
        return cls(
            **{
                field: arrays[f"{prefix}.{key}"].astype(np.float32)
                for field, key in _STORED_NAMES.items()
            }
        )
