"""The contract of everything that scores candidates, and the ranker that adds weighted features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.candidate_set import sum_columns
from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """Features of candidates.

    Attributes:
        names: Of the columns, each once.
        values: Shape (n_candidates, n_features), float64; NaN where a feature is not known.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check the shape.

        Raises:
            InvalidValueError: There are not as many columns as names.
        """
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            expected = f"shape (n_candidates, {len(self.names)})"
            raise InvalidValueError("values", expected, self.values.shape)


class RankerScores(NamedTuple):
    """What a ranker says of candidates.

    Attributes:
        scores: Higher is better, shape (n_candidates,).
        contributions: What explains each score, by name, shape (n_candidates,); NaN where a
            contribution does not apply.
    """

    scores: NDArray[np.float64]
    contributions: Mapping[str, NDArray[np.float64]]


class Ranker(Protocol):
    """Scores candidates. Safe to use from several threads."""

    @property
    def feature_names(self) -> Sequence[str]:
        """Names of the features that it reads, in the order of its columns."""
        ...

    def score(self, features: FeatureMatrix) -> RankerScores:
        """Score candidates.

        Args:
            features: With columns of at least `feature_names`, shape (n_candidates, n_features).

        Returns:
            The scores, shape (n_candidates,), and the contributions that explain them.

        Raises:
            InvalidValueError: A feature that it reads is missing.
        """
        ...


class AdditiveRanker:
    """Adds features by weight; a feature that is not known adds nothing.

    Args:
        weights: By name of the feature.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)

    @property
    def feature_names(self) -> Sequence[str]:
        """Names of the features that have a weight."""
        return tuple(self._weights)

    def score(self, features: FeatureMatrix) -> RankerScores:
        """Score candidates; see `Ranker.score`.

        Returns:
            Scores that are exactly the sums of their contributions.

        Raises:
            InvalidValueError: A feature that has a weight is missing.
        """
        missing = set(self._weights) - set(features.names)
        if missing:
            expected = f"columns for {', '.join(sorted(missing))}"
            raise InvalidValueError("features", expected, ", ".join(features.names))
        contributions = {
            name: features.values[:, features.names.index(name)] * weight
            for name, weight in self._weights.items()
        }
        return RankerScores(sum_columns(contributions, len(features.values)), contributions)
