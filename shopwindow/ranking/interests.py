"""Online clusters of what a visitor touched: each touch joins the nearest one, or founds one."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors

_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class WeightedInteraction:
    """One touch, as clusters see it.

    Attributes:
        product_id: What was touched.
        vector: Its unit vector, shape (dim,).
        long_term_weight: Its lasting weight, above 0.
        session_weight: Its weight while it is new, zero or more.
        time_s: When, in seconds.
    """

    product_id: str
    vector: Vectors
    long_term_weight: float
    session_weight: float
    time_s: float


@dataclass(frozen=True, slots=True)
class ClusterLimits:
    """When a touch joins, and what happens when there are too many interests.

    Attributes:
        max_interests: Most interests.
        join_threshold: Cosine from which a touch joins the nearest one.
        forget_cost: What forgetting one unit of weight costs against merging.
        session_boost: What the session's weight counts, in lasting weight.
    """

    max_interests: int
    join_threshold: float
    forget_cost: float
    session_boost: float


@dataclass(frozen=True, slots=True, eq=False)
class Interests:
    """A few interests, none of which changes in place.

    Attributes:
        centroids: Weighted means of unit vectors, so not longer than 1, shape (n, dim).
        long_term_weights: Lasting weights, shape (n,).
        session_weights: Weights of the session, shape (n,).
        last_interaction_s: When each was touched last, shape (n,).
        medoid_angles: At most how far each medoid is from its mean, in radians, shape (n,).
        medoids: Of each, the product nearest to its mean among those touched.
    """

    centroids: Vectors
    long_term_weights: NDArray[np.float64]
    session_weights: NDArray[np.float64]
    last_interaction_s: NDArray[np.float64]
    medoid_angles: NDArray[np.float64]
    medoids: tuple[str, ...]

    @classmethod
    def empty(cls, dim: int) -> Self:
        """Return no interests in vectors of a width."""
        empty = np.zeros(0)
        return cls(np.zeros((0, dim), np.float32), empty, empty, empty, empty, ())

    def __len__(self) -> int:
        return len(self.medoids)

    def to_unit_vectors(self) -> Vectors:
        """Return the means as unit rows, shape (n, dim)."""
        return l2_normalize(self.centroids)

    def combine_weights(self, session_boost: float) -> NDArray[np.float64]:
        """Return what each weighs now, lasting and session together, shape (n,)."""
        return self.long_term_weights + session_boost * self.session_weights

    def decay(self, long_term_factor: float, session_factor: float) -> "Interests":
        """Return the interests with both weights multiplied."""
        return replace(
            self,
            long_term_weights=self.long_term_weights * long_term_factor,
            session_weights=self.session_weights * session_factor,
        )

    def with_interaction(
        self, interaction: WeightedInteraction, limits: ClusterLimits
    ) -> "Interests":
        """Return the interests after one touch, at most `limits.count` of them."""
        if len(self):
            cosines = self.to_unit_vectors() @ interaction.vector  # (n,)
            nearest = int(cosines.argmax())
            if cosines[nearest] >= limits.join_threshold:
                return self._joined(nearest, _single(interaction))
        more = self._with(_single(interaction))
        return more if len(more) <= limits.max_interests else more._fewer(limits)

    def _with(self, other: "Interests") -> "Interests":
        return Interests(
            np.concatenate([self.centroids, other.centroids]),
            np.concatenate([self.long_term_weights, other.long_term_weights]),
            np.concatenate([self.session_weights, other.session_weights]),
            np.concatenate([self.last_interaction_s, other.last_interaction_s]),
            np.concatenate([self.medoid_angles, other.medoid_angles]),
            self.medoids + other.medoids,
        )

    def _without(self, at: int) -> "Interests":
        return Interests(
            np.delete(self.centroids, at, axis=0),
            np.delete(self.long_term_weights, at),
            np.delete(self.session_weights, at),
            np.delete(self.last_interaction_s, at),
            np.delete(self.medoid_angles, at),
            self.medoids[:at] + self.medoids[at + 1 :],
        )

    def _joined(self, at: int, other: "Interests") -> "Interests":
        """Return the interests with another single one taken into the one at a place."""
        total = max(float(self.long_term_weights[at] + other.long_term_weights[0]), _LEAST)
        share = float(other.long_term_weights[0]) / total
        mean = (1 - share) * self.centroids[at] + share * other.centroids[0]
        # The medoids' vectors are not kept: by the triangle inequality of angles a medoid is at
        # most this far from the mean that has moved away from it.
        old_angle = float(self.medoid_angles[at]) + _angle(self.centroids[at], mean)
        new_angle = float(other.medoid_angles[0]) + _angle(other.centroids[0], mean)
        is_nearer = new_angle < old_angle
        medoid = other.medoids[0] if is_nearer else self.medoids[at]
        means, angles, last_s = (
            self.centroids.copy(),
            self.medoid_angles.copy(),
            self.last_interaction_s.copy(),
        )
        long, session = self.long_term_weights.copy(), self.session_weights.copy()
        means[at] = mean
        angles[at] = min(old_angle, new_angle)
        last_s[at] = max(last_s[at], other.last_interaction_s[0])
        long[at] += other.long_term_weights[0]
        session[at] += other.session_weights[0]
        medoids = (*self.medoids[:at], medoid, *self.medoids[at + 1 :])
        return Interests(means, long, session, last_s, angles, medoids)

    def _fewer(self, limits: ClusterLimits) -> "Interests":
        """Return one interest less: the nearest two merged, or the faintest forgotten.

        What costs less, in weight times squared distance: Ward's cost of merging, or the weight
        that is forgotten times `forget_cost`. The newest is never forgotten, or no new taste could
        begin beside settled ones.

        Source: Ward, Hierarchical Grouping to Optimize an Objective Function (1963).
        """
        weights = self.combine_weights(limits.session_boost)
        directions = self.to_unit_vectors()
        distances = 2 - 2 * (directions @ directions.T)  # (n, n), squared
        costs = distances * np.outer(weights, weights) / np.add.outer(weights, weights + _LEAST)
        costs[np.tril_indices(len(self))] = np.inf
        first, second = np.unravel_index(int(costs.argmin()), costs.shape)
        faintest = int(weights[:-1].argmin())
        if costs[first, second] > limits.forget_cost * weights[faintest]:
            return self._without(faintest)
        return self._joined(int(first), self._at(int(second)))._without(int(second))

    def _at(self, at: int) -> "Interests":
        part = slice(at, at + 1)
        return Interests(
            self.centroids[part],
            self.long_term_weights[part],
            self.session_weights[part],
            self.last_interaction_s[part],
            self.medoid_angles[part],
            self.medoids[part],
        )


def _single(mark: WeightedInteraction) -> Interests:
    return Interests(
        mark.vector[None, :],
        np.array([mark.long_term_weight]),
        np.array([mark.session_weight]),
        np.array([mark.time_s]),
        np.zeros(1),
        (mark.product_id,),
    )


def _angle(one: Vectors, other: Vectors) -> float:
    lengths = float(np.sqrt(one @ one) * np.sqrt(other @ other))
    return float(np.arccos(np.clip(float(one @ other) / max(lengths, 1e-12), -1.0, 1.0)))
