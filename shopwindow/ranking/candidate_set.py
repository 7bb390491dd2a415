"""The candidates of one request as columns: ids, scores, and what explains them."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values import ProductId, hash_product_id
from shopwindow.values.errors import InvalidValueError

Column = NDArray[np.float64]

TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class CandidateSet:
    """Candidates in an order, with their scores and what each stage contributed.

    A set never changes; every method returns another one that shares the columns.

    Attributes:
        ids: Product ids of the candidates, each once, in their order.
        scores: Higher is better, shape (n,).
        contributions: Columns of shape (n,) by name, in the order in which they were added; NaN
            where a contribution does not apply to a candidate.
    """

    ids: tuple[ProductId, ...] = ()
    scores: Column = field(default_factory=lambda: np.zeros(0))
    contributions: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises:
            InvalidValueError: A column has another length than the ids.
        """
        for name, column in (("scores", self.scores), *self.contributions.items()):
            if np.shape(column) != (len(self.ids),):
                raise InvalidValueError(name, f"shape ({len(self.ids)},)", np.shape(column))

    @classmethod
    def from_contributions(
        cls, ids: Sequence[str], contributions: Mapping[str, ArrayLike]
    ) -> "CandidateSet":
        """Return candidates whose scores are the sums of their contributions, in the given order.

        Args:
            ids: Each once.
            contributions: Columns of shape (n,) by name; NaN where one does not apply.
        """
        columns = {name: np.asarray(c, dtype=np.float64) for name, c in contributions.items()}
        return cls(tuple(ids), sum_columns(columns, len(ids)), MappingProxyType(columns))

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The number of each candidate, from 0, by id."""
        return {candidate_id: n for n, candidate_id in enumerate(self.ids)}

    def take(self, order: ArrayLike) -> "CandidateSet":
        """Return the candidates of the given numbers, in that order.

        Args:
            order: Numbers from 0, each at most once; or a mask of shape (n,).
        """
        rows = np.asarray(order)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        rows = rows.astype(np.intp)
        columns = {name: column[rows] for name, column in self.contributions.items()}
        ids = tuple(self.ids[n] for n in rows.tolist())
        return CandidateSet(ids, self.scores[rows], MappingProxyType(columns))

    def keep(self, ids: Collection[str]) -> "CandidateSet":
        """Return the candidates that are among some ids, in their order."""
        return self.take([n for n, candidate_id in enumerate(self.ids) if candidate_id in ids])

    def drop(self, ids: Collection[str]) -> "CandidateSet":
        """Return the candidates that are not among some ids, in their order."""
        if not ids:
            return self
        return self.take([n for n, candidate_id in enumerate(self.ids) if candidate_id not in ids])

    def sort(self, limit: int | None = None) -> "CandidateSet":
        """Return the candidates best first; equal scores in the order of `hash_product_id`.

        Args:
            limit: Return only so many, the best ones; None for all.
        """
        order = np.argsort(-self.scores, kind="stable")
        ranked = self.scores[order]
        tied = np.flatnonzero(ranked[1:] == ranked[:-1])
        if len(tied):  # hashes of all ids would take most of the time
            places = np.union1d(tied, tied + 1)
            rows = order[places]
            keys = np.array([hash_product_id(self.ids[row]) for row in rows.tolist()])
            order[places] = rows[np.lexsort((keys, -self.scores[rows]))]
        return self.take(order[:limit])

    def add(self, name: str, column: ArrayLike) -> "CandidateSet":
        """Return the candidates with one more contribution; their order stays.

        Args:
            name: A contribution of that name is replaced where the new one applies.
            column: Shape (n,); NaN where it does not apply.

        Raises:
            InvalidValueError: The column has another length than the ids.
        """
        values = np.asarray(column, dtype=np.float64)
        if values.shape != (len(self.ids),):
            raise InvalidValueError(name, f"shape ({len(self.ids)},)", values.shape)
        applies = ~np.isnan(values)
        if not applies.any():
            return self
        if name in self.contributions:
            values = np.where(applies, values, self.contributions[name])
        columns = {**self.contributions, name: values}
        scores = np.where(applies, sum_columns(columns, len(self.ids)), self.scores)
        return CandidateSet(self.ids, scores, MappingProxyType(columns))

    def add_by_id(self, name: str, values: Mapping[str, float]) -> "CandidateSet":
        """Return the candidates with one more contribution for those that are named.

        Args:
            name: See `add`.
            values: By id; ids of no candidate are passed over.
        """
        if not values:
            return self
        return self.add(name, [values.get(candidate_id, np.nan) for candidate_id in self.ids])

    def enforce_monotonic_scores(self, name: str) -> "CandidateSet":
        """Return the candidates in their order, scores lowered so that none rises down the list.

        Args:
            name: Name of the negative contribution that lowers a score.
        """
        if not self.ids:
            return self
        excess = self.scores - np.minimum.accumulate(self.scores)
        return self.add(name, np.where(excess > 0, -excess, np.nan))

    def concat(self, others: "CandidateSet") -> "CandidateSet":
        """Return these candidates and then others; ids must not repeat."""
        columns = {
            name: np.concatenate([_column(part, name) for part in (self, others)])
            for name in dict.fromkeys([*self.contributions, *others.contributions])
        }
        scores = np.concatenate([self.scores, others.scores])
        return CandidateSet((*self.ids, *others.ids), scores, MappingProxyType(columns))

    def explain(self, number: int) -> dict[str, float]:
        """Return the contributions that apply to one candidate, by name.

        Args:
            number: Its number, from 0.
        """
        found = {name: float(column[number]) for name, column in self.contributions.items()}
        return {name: value for name, value in found.items() if not math.isnan(value)}

    def is_additive(self) -> bool:
        """Return whether every score is the sum of its contributions, to 1e-9."""
        return bool(
            np.allclose(self.scores, sum_columns(self.contributions, len(self.ids)), 0, TOLERANCE)
        )


def sum_columns(columns: Mapping[str, Column], n: int) -> Column:
    """Return the sums of columns, added one after the other, so that they are equal everywhere.

    Args:
        columns: Shape (n,) by name; NaN adds nothing.
        n: Number of candidates.

    Returns:
        Shape (n,).
    """
    total = np.zeros(n)
    for column in columns.values():
        total = total + np.where(np.isnan(column), 0.0, column)
    return total


def _column(candidates: CandidateSet, name: str) -> Column:
    column = candidates.contributions.get(name)
    return np.full(len(candidates), np.nan) if column is None else column
