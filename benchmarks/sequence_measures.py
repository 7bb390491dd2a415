"""The quality of next-item rankings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.sequence_data import Task
from benchmarks.sequence_methods import TOP
from shopwindow.evaluation.measures import parse_measure

MEASURES = (f"recall@{TOP}", f"nDCG@{TOP}")


def values(task: Task, rankings: Sequence[Sequence[int]], measure: str) -> NDArray[np.float64]:
    """Return a measure of each case's ranking, shape (n_cases,)."""
    parsed = parse_measure(measure)
    pairs = zip(task.cases, rankings, strict=True)
    return np.array(
        [
            parsed.compute([str(product) for product in ranking], {str(case.target): 1.0})
            for case, ranking in pairs
        ]
    )


def mean_and_error(task: Task, case_values: NDArray[np.float64]) -> list[float]:
    """Return the mean over cases and its standard error, clustered by visitor.

    Source: Cameron and Miller, A Practitioner's Guide to Cluster-Robust Inference (2015), section
        2, for a regression on a constant.
    """
    visitors = np.array([case.visitor for case in task.cases])
    mean = float(case_values.mean())
    sums = np.bincount(visitors, weights=case_values - mean)[np.unique(visitors)]
    error = np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1)) / len(case_values)
    return [round(mean, 4), round(float(error), 4)]
