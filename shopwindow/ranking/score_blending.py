"""The part of taste in a score, bounded so that taste alone never lets a wrong product win."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values.errors import InvalidValueError

Scores: TypeAlias = NDArray[np.float64]

MIN_STANDARD_DEVIATION = 0.1
"""Standard deviation of affinities from which their differences count whole."""

MAX_PERSONAL_CONTRIBUTION = 0.05
"""Most that taste adds to, or takes off, a score that runs from 0 to 1.

A colour, brand or kind that the query names is worth 0.1 (`search.weight_named`). Two products
whose affinities are as far apart as can be, 1 and -1, are moved against each other by twice the
bound: what was asked for in words is never given up for taste.
"""


def standardize(affinities: ArrayLike) -> Scores:
    """Return by how much each candidate suits more than the others of the same query.

    What answers one query is alike, and suits a visitor about as well: what all have in common
    would use up the bound, and the differences would change nothing. Two standard deviations from
    the mean become 1; differences that are small in themselves stay small.

    Args:
        affinities: Of all candidates, shape (n_products,), -1 to 1.

    Returns:
        Shape (n_products,), in [-1, 1]; 0 for all of no candidates or equal ones.
    """
    values = np.asarray(affinities, dtype=np.float64)
    if not len(values):
        return values
    spread = max(float(values.std()), MIN_STANDARD_DEVIATION)
    apart = (values - values.mean()) / (2 * spread)
    return np.asarray(np.clip(apart, -1.0, 1.0), dtype=np.float64)


def bound_contribution(
    affinities: ArrayLike, max_contribution: float = MAX_PERSONAL_CONTRIBUTION
) -> Scores:
    """Return the part that taste adds to each score of a query.

    Args:
        affinities: Shape (n_products,); what lies outside [-1, 1] counts as the nearest end, and
            what is not a number as 0.
        max_contribution: Most that it adds or takes off, zero or more.

    Returns:
        Shape (n_products,), in [-bound, bound].

    Raises:
        InvalidValueError: The bound is negative or not a number.
    """
    if not (np.isfinite(max_contribution) and max_contribution >= 0):
        raise InvalidValueError("bound", "a number of zero or more", max_contribution)
    values = np.nan_to_num(np.asarray(affinities, dtype=np.float64), nan=0.0)
    return np.asarray(max_contribution * np.clip(values, -1.0, 1.0), dtype=np.float64)
