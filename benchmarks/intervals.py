"""Means with intervals, by resampling visitors."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.results_file import SEED

N_RESAMPLED = 1000
Interval: TypeAlias = dict[str, float]


def mean_interval(values: ArrayLike, digits: int = 4) -> Interval:
    """Return a mean with its 95 % interval and standard error.

    Args:
        values: One for each visitor, shape (n_visitors,).
        digits: To which the numbers are rounded.

    Source: the percentile bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap (1993).
    """
    return _interval(np.asarray(values, dtype=np.float64), digits, "mean")


def median_interval(values: ArrayLike, digits: int = 2) -> Interval:
    """Return a median with its 95 % interval; see `mean_interval`."""
    return _interval(np.asarray(values, dtype=np.float64), digits, "median")


def _interval(values: NDArray[np.float64], digits: int, name: str) -> Interval:
    rng = np.random.default_rng(SEED)
    middle = np.mean if name == "mean" else np.median
    drawn = [
        float(middle(values[rng.integers(0, len(values), len(values))])) for _ in range(N_RESAMPLED)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    found = {name: float(middle(values)), "low": float(low), "high": float(high)}
    found["error"] = float(np.std(drawn))
    return {key: round(value, digits) for key, value in found.items()}
