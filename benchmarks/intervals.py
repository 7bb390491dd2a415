"""Means and medians with bootstrap confidence intervals over visitors."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.results_file import SEED

N_RESAMPLES = 1000
Interval: TypeAlias = dict[str, float]


def mean_interval(values: ArrayLike, digits: int = 4) -> Interval:
    """Return a mean with its 95 % interval and standard error.

    Args:
        values: One value for each visitor, shape (n_visitors,).
        digits: Number of decimal places to round to.

    Source: the percentile bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap (1993).
    """
    return _bootstrap(np.asarray(values, dtype=np.float64), digits, "mean")


def median_interval(values: ArrayLike, digits: int = 2) -> Interval:
    """Return a median with its 95 % interval; see `mean_interval`."""
    return _bootstrap(np.asarray(values, dtype=np.float64), digits, "median")


def _bootstrap(values: NDArray[np.float64], digits: int, name: str) -> Interval:
    rng = np.random.default_rng(SEED)
    statistic = np.mean if name == "mean" else np.median
    resampled = [
        float(statistic(values[rng.integers(0, len(values), len(values))]))
        for _ in range(N_RESAMPLES)
    ]
    low, high = np.percentile(resampled, [2.5, 97.5])
    interval = {name: float(statistic(values)), "low": float(low), "high": float(high)}
    interval["error"] = float(np.std(resampled))
    return {key: round(value, digits) for key, value in interval.items()}
