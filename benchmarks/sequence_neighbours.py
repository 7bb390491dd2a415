"""V-SKNN: what visitors with a like session touched.

Source: Ludewig and Jannach, Evaluation of Session-based Recommendation Algorithms (2018), section
3.3 (V-SKNN); the weights by name and the inverse document frequency are those of their session-rec.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.sequence_data import History, Task
from benchmarks.sequence_methods import Scored, Scorer, occurrence_matrix

Floats: TypeAlias = NDArray[np.float64]

POSITION_WEIGHTS: Mapping[str, Callable[[Floats, int], Floats]] = MappingProxyType(
    {
        "div": lambda place, length: place / length,
        "log": lambda place, length: 1 / np.log10(length - place + 1.7),
        "quadratic": lambda place, length: (place / length) ** 2,
        "same": lambda place, length: np.ones_like(place),
    }
)
"""What a product of the session at hand counts by its place, 1 to the session's length."""

STEP_WEIGHTS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "div": lambda step: 1 / step,
        "log": lambda step: 1 / np.log10(step + 1.7),
        "quadratic": lambda step: 1 / step**2,
        "same": np.ones_like,
    }
)
"""What a neighbour counts by how many steps back the newest product is that it shares."""


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """How neighbours are found and what they say.

    Attributes:
        n_neighbours: How many sessions are listened to.
        n_sampled: How many of the newest sessions that share a product are looked at.
        position: Name in `POSITION_WEIGHTS`.
        step: Name in `STEP_WEIGHTS`.
        idf: How much more rare products count; 0 is not at all.
    """

    n_neighbours: int = 100
    n_sampled: int = 1000
    position: str = "div"
    step: str = "div"
    idf: float = 0.0


class SessionNeighbours:
    """Scores products by what the nearest sessions have.

    Where sessions have no order in time, the last ones of the file stand for the newest.
    """

    def __init__(
        self,
        task: Task,
        settings: NeighbourSettings,
        position: Callable[[Floats, int], Floats] | None = None,
    ) -> None:
        self._settings = settings
        self._position = position or POSITION_WEIGHTS[settings.position]
        self._by_session = occurrence_matrix(task.histories, task.n_products)
        self._by_product = self._by_session.tocsc()
        self._by_product.sort_indices()
        n_events = np.bincount(
            [each for history in task.histories for each in history], minlength=task.n_products
        )
        rarity = np.log(len(task.histories) / np.maximum(n_events, 1))
        self._boost = 1 + settings.idf * rarity  # (n_products,)

    def __call__(self, before: History) -> Scored:
        """Return scores of what the neighbours have."""
        sessions, weights = self._neighbours(before)
        rows = [_row(self._by_session, each) for each in sessions.tolist()]
        if not rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        flat = np.concatenate(rows)
        told = np.repeat(weights, [len(row) for row in rows]) * self._boost[flat]
        numbers, at = np.unique(flat, return_inverse=True)
        return numbers.astype(np.int64), np.bincount(at, weights=told).astype(np.float64)

    def _neighbours(self, before: History) -> tuple[NDArray[np.int64], Floats]:
        """Return the nearest sessions and what each counts."""
        places = {each: n for n, each in enumerate(before, start=1)}  # the last place of each
        newest_first = sorted(places, key=lambda each: -places[each])
        at = np.array([places[each] for each in newest_first], dtype=np.float64)
        likeness = self._position(at, len(before)) / len(places)
        rows = [_row(self._by_product, each) for each in newest_first]
        sizes = [len(row) for row in rows]
        sessions, newest, inverse = np.unique(
            np.concatenate(rows), return_index=True, return_inverse=True
        )
        near = np.bincount(inverse, weights=np.repeat(likeness, sizes), minlength=len(sessions))
        steps = np.repeat(len(before) + 1 - at, sizes)[newest]
        # Numbers of sessions grow with time: the last ones are the newest.
        sampled = np.arange(len(sessions))[-self._settings.n_sampled :][::-1]
        best = sampled[np.argsort(-near[sampled], kind="stable")[: self._settings.n_neighbours]]
        return sessions[best], near[best] * STEP_WEIGHTS[self._settings.step](steps[best])


def session_knn(task: Task, settings: NeighbourSettings) -> Scorer:
    """Return a scorer that knows every session of a task."""
    return SessionNeighbours(task, settings)


def _row(matrix: Any, number: int) -> NDArray[np.int64]:
    """Return the numbers in one row (CSR) or column (CSC)."""
    found: NDArray[np.int64] = matrix.indices[matrix.indptr[number] : matrix.indptr[number + 1]]
    return found
