"""Online clustering of interactions: each joins the nearest interest or starts a new one."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import Vectors, l2_normalize

_EPSILON = 1e-300


@dataclass(frozen=True, slots=True)
class WeightedInteraction:
    """One interaction, as the clustering sees it.

    Attributes:
        product_id: The product.
        vector: Its unit vector, shape (dim,).
        long_term_weight: The long-term weight, above 0.
        session_weight: The session weight, zero or more; it decays faster.
        time_s: When it happened, in seconds.
    """

    product_id: str
    vector: Vectors
    long_term_weight: float
    session_weight: float
    time_s: float


@dataclass(frozen=True, slots=True)
class ClusterLimits:
    """Thresholds of the clustering.

    Attributes:
        max_interests: Most interests.
        join_threshold: Least cosine at which an interaction joins the nearest interest.
        forget_cost: Cost of forgetting one unit of weight, relative to that of merging.
        session_boost: Factor of session weights when both weights are combined.
    """

    max_interests: int
    join_threshold: float
    forget_cost: float
    session_boost: float


@dataclass(frozen=True, slots=True, eq=False)
class Interests:
    """Clusters of interactions, immutable.

    Attributes:
        centroids: Weighted means of unit vectors, of length 1 at most, shape (n, dim).
        long_term_weights: Shape (n,).
        session_weights: Shape (n,).
        last_interaction_s: Time of the latest interaction of each, shape (n,).
        medoid_angles: Upper bounds of the angles between medoids and centroids, in radians,
            shape (n,).
        medoids: For each interest, the id of the product nearest to its centroid.
    """

    centroids: Vectors
    long_term_weights: NDArray[np.float64]
    session_weights: NDArray[np.float64]
    last_interaction_s: NDArray[np.float64]
    medoid_angles: NDArray[np.float64]
    medoids: tuple[str, ...]

    @classmethod
    def empty(cls, dim: int) -> Self:
        """Return a set without interests, for vectors of `dim` numbers."""
        empty = np.zeros(0)
        return cls(np.zeros((0, dim), np.float32), empty, empty, empty, empty, ())

    def __len__(self) -> int:
        return len(self.medoids)

    def to_unit_vectors(self) -> Vectors:
        """Return the centroids scaled to unit length, shape (n, dim)."""
        return l2_normalize(self.centroids)

    def combine_weights(self, session_boost: float) -> NDArray[np.float64]:
        """Return the combined long-term and session weights, shape (n,)."""
        return self.long_term_weights + session_boost * self.session_weights

    def decay(self, long_term_factor: float, session_factor: float) -> "Interests":
        """Return the interests with both kinds of weights multiplied by factors."""
        return replace(
            self,
            long_term_weights=self.long_term_weights * long_term_factor,
            session_weights=self.session_weights * session_factor,
        )

    def with_interaction(
        self, interaction: WeightedInteraction, limits: ClusterLimits
    ) -> "Interests":
        """Return the interests after one interaction, at most `limits.max_interests` of them."""
        if len(self):
            cosines = self.to_unit_vectors() @ interaction.vector  # (n,)
            nearest = int(cosines.argmax())
            if cosines[nearest] >= limits.join_threshold:
                return self._merge_into(nearest, _single(interaction))
        extended = self._append(_single(interaction))
        return extended if len(extended) <= limits.max_interests else extended._reduce(limits)

    def _append(self, other: "Interests") -> "Interests":
        return Interests(
            np.concatenate([self.centroids, other.centroids]),
            np.concatenate([self.long_term_weights, other.long_term_weights]),
            np.concatenate([self.session_weights, other.session_weights]),
            np.concatenate([self.last_interaction_s, other.last_interaction_s]),
            np.concatenate([self.medoid_angles, other.medoid_angles]),
            self.medoids + other.medoids,
        )

    def _remove(self, index: int) -> "Interests":
        return Interests(
            np.delete(self.centroids, index, axis=0),
            np.delete(self.long_term_weights, index),
            np.delete(self.session_weights, index),
            np.delete(self.last_interaction_s, index),
            np.delete(self.medoid_angles, index),
            self.medoids[:index] + self.medoids[index + 1 :],
        )

    def _merge_into(self, index: int, other: "Interests") -> "Interests":
        """Return the interests with another set's only one merged into the one at `index`."""
        total = max(float(self.long_term_weights[index] + other.long_term_weights[0]), _EPSILON)
        share = float(other.long_term_weights[0]) / total
        centroid = (1 - share) * self.centroids[index] + share * other.centroids[0]
        # The medoids' vectors are not stored: by the triangle inequality of angles a medoid is at
        # most this far from the centroid that has moved away from it.
        old_angle = float(self.medoid_angles[index]) + _angle(self.centroids[index], centroid)
        new_angle = float(other.medoid_angles[0]) + _angle(other.centroids[0], centroid)
        is_nearer = new_angle < old_angle
        medoid = other.medoids[0] if is_nearer else self.medoids[index]
        centroids, medoid_angles, last_interaction_s = (
            self.centroids.copy(),
            self.medoid_angles.copy(),
            self.last_interaction_s.copy(),
        )
        long_term_weights, session_weights = (
            self.long_term_weights.copy(),
            self.session_weights.copy(),
        )
        centroids[index] = centroid
        medoid_angles[index] = min(old_angle, new_angle)
        last_interaction_s[index] = max(last_interaction_s[index], other.last_interaction_s[0])
        long_term_weights[index] += other.long_term_weights[0]
        session_weights[index] += other.session_weights[0]
        medoids = (*self.medoids[:index], medoid, *self.medoids[index + 1 :])
        return Interests(
            centroids,
            long_term_weights,
            session_weights,
            last_interaction_s,
            medoid_angles,
            medoids,
        )

    def _reduce(self, limits: ClusterLimits) -> "Interests":
        """Return one interest less: the nearest two merged, or the weakest forgotten.

        Takes the cheaper way, in weight times squared distance: Ward's cost of merging, or the
        forgotten weight times `forget_cost`. The newest is never forgotten, or no new interest
        could begin beside settled ones.

        Source: Ward, Hierarchical Grouping to Optimize an Objective Function (1963).
        """
        weights = self.combine_weights(limits.session_boost)
        directions = self.to_unit_vectors()
        distances = 2 - 2 * (directions @ directions.T)  # (n, n), squared
        costs = distances * np.outer(weights, weights) / np.add.outer(weights, weights + _EPSILON)
        costs[np.tril_indices(len(self))] = np.inf
        first, second = np.unravel_index(int(costs.argmin()), costs.shape)
        weakest = int(weights[:-1].argmin())
        if costs[first, second] > limits.forget_cost * weights[weakest]:
            return self._remove(weakest)
        return self._merge_into(int(first), self._select(int(second)))._remove(int(second))

    def _select(self, index: int) -> "Interests":
        window = slice(index, index + 1)
        return Interests(
            self.centroids[window],
            self.long_term_weights[window],
            self.session_weights[window],
            self.last_interaction_s[window],
            self.medoid_angles[window],
            self.medoids[window],
        )


def _single(interaction: WeightedInteraction) -> Interests:
    return Interests(
        interaction.vector[None, :],
        np.array([interaction.long_term_weight]),
        np.array([interaction.session_weight]),
        np.array([interaction.time_s]),
        np.zeros(1),
        (interaction.product_id,),
    )


def _angle(first: Vectors, second: Vectors) -> float:
    """Return the angle between two vectors of shape (dim,), in radians."""
    lengths = float(np.sqrt(first @ first) * np.sqrt(second @ second))
    return float(np.arccos(np.clip(float(first @ second) / max(lengths, 1e-12), -1.0, 1.0)))
