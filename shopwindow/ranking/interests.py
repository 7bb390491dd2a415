"""Online clusters of what a visitor touched: each touch joins the nearest one, or founds one."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.arrays import unit_rows
from shopwindow.values.encoder import Vectors

_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Mark:
    """One touch, as clusters see it.

    Attributes:
        product_id: What was touched.
        vector: Its unit vector, shape (dim,).
        long: Its lasting weight, above 0.
        session: Its weight while it is new, zero or more.
        time_s: When, in seconds.
    """

    product_id: str
    vector: Vectors
    long: float
    session: float
    time_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """When a touch joins, and what happens when there are too many interests.

    Attributes:
        count: Most interests.
        joins_from: Cosine from which a touch joins the nearest one.
        drop_cost: What forgetting one unit of weight costs against merging.
        session_share: What the session's weight counts, in lasting weight.
    """

    count: int
    joins_from: float
    drop_cost: float
    session_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Interests:
    """A few interests, none of which changes in place.

    Attributes:
        means: Weighted means of unit vectors, so not longer than 1, shape (n, dim).
        long: Lasting weights, shape (n,).
        session: Weights of the session, shape (n,).
        last_s: When each was touched last, shape (n,).
        angles: At most how far each medoid is from its mean, in radians, shape (n,).
        medoids: Of each, the product nearest to its mean among those touched.
    """

    means: Vectors
    long: NDArray[np.float64]
    session: NDArray[np.float64]
    last_s: NDArray[np.float64]
    angles: NDArray[np.float64]
    medoids: tuple[str, ...]

    @classmethod
    def none(cls, dim: int) -> Self:
        """Return no interests in vectors of a width."""
        empty = np.zeros(0)
        return cls(np.zeros((0, dim), np.float32), empty, empty, empty, empty, ())

    def __len__(self) -> int:
        return len(self.medoids)

    def directions(self) -> Vectors:
        """Return the means as unit rows, shape (n, dim)."""
        return unit_rows(self.means)

    def weights(self, session_share: float) -> NDArray[np.float64]:
        """Return what each weighs now, lasting and session together, shape (n,)."""
        return self.long + session_share * self.session

    def decayed(self, long: float, session: float) -> "Interests":
        """Return the interests with both weights multiplied."""
        return replace(self, long=self.long * long, session=self.session * session)

    def touched(self, mark: Mark, limits: Limits) -> "Interests":
        """Return the interests after one touch, at most `limits.count` of them."""
        if len(self):
            cosines = self.directions() @ mark.vector  # (n,)
            nearest = int(cosines.argmax())
            if cosines[nearest] >= limits.joins_from:
                return self._joined(nearest, _single(mark))
        more = self._with(_single(mark))
        return more if len(more) <= limits.count else more._fewer(limits)

    def _with(self, other: "Interests") -> "Interests":
        return Interests(
            np.concatenate([self.means, other.means]),
            np.concatenate([self.long, other.long]),
            np.concatenate([self.session, other.session]),
            np.concatenate([self.last_s, other.last_s]),
            np.concatenate([self.angles, other.angles]),
            self.medoids + other.medoids,
        )

    def _without(self, at: int) -> "Interests":
        return Interests(
            np.delete(self.means, at, axis=0),
            np.delete(self.long, at),
            np.delete(self.session, at),
            np.delete(self.last_s, at),
            np.delete(self.angles, at),
            self.medoids[:at] + self.medoids[at + 1 :],
        )

    def _joined(self, at: int, other: "Interests") -> "Interests":
        """Return the interests with another single one taken into the one at a place."""
        total = max(float(self.long[at] + other.long[0]), _LEAST)
        share = float(other.long[0]) / total
        mean = (1 - share) * self.means[at] + share * other.means[0]
        # The medoids' vectors are not kept: by the triangle inequality of angles a medoid is at
        # most this far from the mean that has moved away from it.
        old_angle = float(self.angles[at]) + _angle(self.means[at], mean)
        new_angle = float(other.angles[0]) + _angle(other.means[0], mean)
        is_nearer = new_angle < old_angle
        medoid = other.medoids[0] if is_nearer else self.medoids[at]
        means, angles, last_s = self.means.copy(), self.angles.copy(), self.last_s.copy()
        long, session = self.long.copy(), self.session.copy()
        means[at] = mean
        angles[at] = min(old_angle, new_angle)
        last_s[at] = max(last_s[at], other.last_s[0])
        long[at] += other.long[0]
        session[at] += other.session[0]
        medoids = (*self.medoids[:at], medoid, *self.medoids[at + 1 :])
        return Interests(means, long, session, last_s, angles, medoids)

    def _fewer(self, limits: Limits) -> "Interests":
        """Return one interest less: the nearest two merged, or the faintest forgotten.

        What costs less, in weight times squared distance: Ward's cost of merging, or the weight
        that is forgotten times `drop_cost`. The newest is never forgotten, or no new taste could
        begin beside settled ones.

        Source: Ward, Hierarchical Grouping to Optimize an Objective Function (1963).
        """
        weights = self.weights(limits.session_share)
        directions = self.directions()
        distances = 2 - 2 * (directions @ directions.T)  # (n, n), squared
        costs = distances * np.outer(weights, weights) / np.add.outer(weights, weights + _LEAST)
        costs[np.tril_indices(len(self))] = np.inf
        first, second = np.unravel_index(int(costs.argmin()), costs.shape)
        faintest = int(weights[:-1].argmin())
        if costs[first, second] > limits.drop_cost * weights[faintest]:
            return self._without(faintest)
        return self._joined(int(first), self._at(int(second)))._without(int(second))

    def _at(self, at: int) -> "Interests":
        part = slice(at, at + 1)
        return Interests(
            self.means[part],
            self.long[part],
            self.session[part],
            self.last_s[part],
            self.angles[part],
            self.medoids[part],
        )


def _single(mark: Mark) -> Interests:
    return Interests(
        mark.vector[None, :],
        np.array([mark.long]),
        np.array([mark.session]),
        np.array([mark.time_s]),
        np.zeros(1),
        (mark.product_id,),
    )


def _angle(one: Vectors, other: Vectors) -> float:
    lengths = float(np.sqrt(one @ one) * np.sqrt(other @ other))
    return float(np.arccos(np.clip(float(one @ other) / max(lengths, 1e-12), -1.0, 1.0)))
