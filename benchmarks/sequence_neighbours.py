"""V-SKNN: products of visitors with similar sessions.

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
from benchmarks.sequence_methods import ScoredProducts, Scorer, build_occurrence_matrix

Floats: TypeAlias = NDArray[np.float64]

POSITION_WEIGHTS: Mapping[str, Callable[[Floats, int], Floats]] = MappingProxyType(
    {
        "div": lambda position, length: position / length,
        "log": lambda position, length: 1 / np.log10(length - position + 1.7),
        "quadratic": lambda position, length: (position / length) ** 2,
        "same": lambda position, length: np.ones_like(position),
    }
)
"""Weight of a product of the current session by its position, 1 to the session's length."""

STEP_WEIGHTS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "div": lambda step: 1 / step,
        "log": lambda step: 1 / np.log10(step + 1.7),
        "quadratic": lambda step: 1 / step**2,
        "same": np.ones_like,
    }
)
"""Weight of a neighbour by the number of steps back to the newest product that it shares."""


@dataclass(frozen=True, slots=True)
class NeighborSettings:
    """How neighbours are found and weighted.

    Attributes:
        n_neighbors: Number of sessions that count.
        n_sampled: Number of newest sessions with a common product that are compared.
        position: Name in `POSITION_WEIGHTS`.
        step: Name in `STEP_WEIGHTS`.
        idf: How much more rare products count; 0 for equal weights.
    """

    n_neighbors: int = 100
    n_sampled: int = 1000
    position: str = "div"
    step: str = "div"
    idf: float = 0.0


class SessionNeighbors:
    """Scores products by the nearest sessions that contain them.

    Where sessions have no times, the last ones of the file count as the newest.
    """

    def __init__(
        self,
        task: Task,
        settings: NeighborSettings,
        position: Callable[[Floats, int], Floats] | None = None,
    ) -> None:
        self._settings = settings
        self._position = position or POSITION_WEIGHTS[settings.position]
        self._by_session = build_occurrence_matrix(task.histories, task.n_products)
        self._by_product = self._by_session.tocsc()
        self._by_product.sort_indices()
        n_events = np.bincount(
            [product for history in task.histories for product in history],
            minlength=task.n_products,
        )
        rarity = np.log(len(task.histories) / np.maximum(n_events, 1))
        self._boost = 1 + settings.idf * rarity  # (n_products,)

    def __call__(self, prefix: History) -> ScoredProducts:
        """Return the scores of the neighbours' products."""
        sessions, weights = self._find_neighbors(prefix)
        rows = [_row(self._by_session, session) for session in sessions.tolist()]
        if not rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        flat = np.concatenate(rows)
        contributions = np.repeat(weights, [len(row) for row in rows]) * self._boost[flat]
        products, inverse = np.unique(flat, return_inverse=True)
        return products.astype(np.int64), np.bincount(inverse, weights=contributions).astype(
            np.float64
        )

    def _find_neighbors(self, prefix: History) -> tuple[NDArray[np.int64], Floats]:
        """Return the nearest sessions and their weights."""
        position_of = {product: position for position, product in enumerate(prefix, start=1)}
        newest_first = sorted(position_of, key=lambda product: -position_of[product])
        positions = np.array([position_of[product] for product in newest_first], dtype=np.float64)
        product_weights = self._position(positions, len(prefix)) / len(position_of)
        rows = [_row(self._by_product, product) for product in newest_first]
        sizes = [len(row) for row in rows]
        sessions, newest, inverse = np.unique(
            np.concatenate(rows), return_index=True, return_inverse=True
        )
        similarities = np.bincount(
            inverse, weights=np.repeat(product_weights, sizes), minlength=len(sessions)
        )
        steps = np.repeat(len(prefix) + 1 - positions, sizes)[newest]
        # Indices of sessions grow with time: the last ones are the newest.
        sampled = np.arange(len(sessions))[-self._settings.n_sampled :][::-1]
        nearest = sampled[
            np.argsort(-similarities[sampled], kind="stable")[: self._settings.n_neighbors]
        ]
        return sessions[nearest], similarities[nearest] * STEP_WEIGHTS[self._settings.step](
            steps[nearest]
        )


def fit_session_knn(task: Task, settings: NeighborSettings) -> Scorer:
    """Return a scorer that knows every session of a task."""
    return SessionNeighbors(task, settings)


def _row(matrix: Any, index: int) -> NDArray[np.int64]:
    """Return the indices in one row (CSR) or column (CSC)."""
    indices: NDArray[np.int64] = matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]]
    return indices
