"""Bounded personal contributions, so that a profile alone never lets a wrong product win."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values.errors import InvalidValueError

Scores: TypeAlias = NDArray[np.float64]

MIN_STANDARD_DEVIATION = 0.1
"""Standard deviation of affinities from which their differences count in full."""

MAX_PERSONAL_CONTRIBUTION = 0.05
"""Largest absolute value of the personal contribution to a score from 0 to 1.

A colour, brand or category that the query names is worth 0.1 (`search.attribute_match_boost`). Two
products with the most different affinities, 1 and -1, move against each other by twice this bound:
an attribute that the query asks for is never traded for the visitor's preferences.
"""


def standardize(affinities: ArrayLike) -> Scores:
    """Standardize affinities among the candidates of one query.

    The candidates of one query are similar, and so are their affinities: their common part would
    use up the bound and hide the differences. Two standard deviations from the mean become 1;
    deviations below `MIN_STANDARD_DEVIATION` are not stretched.

    Args:
        affinities: Of all candidates, shape (n_products,), -1 to 1.

    Returns:
        Shape (n_products,), in [-1, 1]; zeros when all are equal.
    """
    values = np.asarray(affinities, dtype=np.float64)
    if not len(values):
        return values
    deviation = max(float(values.std()), MIN_STANDARD_DEVIATION)
    standardized = (values - values.mean()) / (2 * deviation)
    return np.asarray(np.clip(standardized, -1.0, 1.0), dtype=np.float64)


def bound_contribution(
    affinities: ArrayLike, max_contribution: float = MAX_PERSONAL_CONTRIBUTION
) -> Scores:
    """Compute the personal contribution to each score of a query.

    Args:
        affinities: Shape (n_products,); values outside [-1, 1] are clipped, NaN counts as 0.
        max_contribution: Largest absolute value of a contribution, zero or more.

    Returns:
        Shape (n_products,), in [-max_contribution, max_contribution].

    Raises:
        InvalidValueError: `max_contribution` is negative or not finite.
    """
    if not (np.isfinite(max_contribution) and max_contribution >= 0):
        raise InvalidValueError("max_contribution", "a number of zero or more", max_contribution)
    values = np.nan_to_num(np.asarray(affinities, dtype=np.float64), nan=0.0)
    return np.asarray(max_contribution * np.clip(values, -1.0, 1.0), dtype=np.float64)
