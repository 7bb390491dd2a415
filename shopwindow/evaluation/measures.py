"""Relevance metrics of one ranking against judgments: values with names that parse back."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from shopwindow.values.errors import InvalidValueError

Grades: TypeAlias = Mapping[str, float]
"""Grade by product id for one query; 0 is irrelevant, products not in it are not judged."""

Ranking: TypeAlias = Sequence[str]
"""Distinct product ids, best first."""

_NAME = re.compile(r"(?P<kind>[A-Za-z]+)(\((?P<parameter>\w+)=(?P<value>[\d.|]+)\))?(@(?P<k>\d+))?")


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """A relevance metric of a ranking, 0 to 1.

    Attributes:
        k: Rank cutoff; 0 for the whole ranking.
    """

    k: int

    kind: ClassVar[str]

    @abstractmethod
    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric of one query's ranking."""

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the attributes that a parameter in a metric's name sets.

        Raises:
            ValueError: The metric has no such parameter, or the value is invalid.
        """
        raise ValueError(f"no parameter {name}")

    def __str__(self) -> str:
        return self.kind + self._format_parameter() + (f"@{self.k}" if self.k else "")

    def _format_parameter(self) -> str:
        return ""

    def _truncate(self, ranking: Ranking) -> Ranking:
        return ranking[: self.k] if self.k else ranking


@dataclass(frozen=True, slots=True)
class Ndcg(Measure):
    """Normalized discounted cumulative gain: gains are discounted by rank, 1 is the ideal ranking.

    Attributes:
        gains: Gain of each grade, from grade 0; empty for the grade itself.

    Source: Jarvelin and Kekalainen, Cumulated Gain-Based Evaluation of IR Techniques (2002), with
        the discount 1 / log2(rank + 1).
    """

    gains: tuple[float, ...] = ()

    kind: ClassVar[str] = "nDCG"

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the gains; see `Measure.parse_parameter`."""
        if name != "gains":
            return Measure.parse_parameter(name, value)
        return {"gains": tuple(float(gain) for gain in value.split("|"))}

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric; 0 when no relevant product is judged."""
        ideal_gains = sorted((self._to_gain(grade) for grade in grades.values()), reverse=True)
        ideal_dcg = self._compute_dcg(ideal_gains[: self.k or None])
        dcg = self._compute_dcg(
            [self._to_gain(grades.get(product_id, 0.0)) for product_id in self._truncate(ranking)]
        )
        return dcg / ideal_dcg if ideal_dcg else 0.0

    def _to_gain(self, grade: float) -> float:
        if not self.gains:
            return grade
        if grade != int(grade) or grade >= len(self.gains):
            expected = (
                f"a whole grade from 0 to {len(self.gains) - 1}, for {self} has no gain for others"
            )
            raise InvalidValueError("grade", expected, grade)
        return self.gains[int(grade)]

    def _format_parameter(self) -> str:
        return f"(gains={'|'.join(f'{gain:g}' for gain in self.gains)})" if self.gains else ""

    @staticmethod
    def _compute_dcg(gains: Sequence[float]) -> float:
        return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


@dataclass(frozen=True, slots=True)
class _BinaryMeasure(Measure):
    """A metric of binary relevance.

    Attributes:
        min_relevant_grade: Lowest grade that counts as relevant.
    """

    min_relevant_grade: float = 1.0

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the lowest relevant grade; see `Measure.parse_parameter`."""
        return (
            {"min_relevant_grade": float(value)}
            if name == "rel"
            else Measure.parse_parameter(name, value)
        )

    def _format_parameter(self) -> str:
        return f"(rel={self.min_relevant_grade:g})" if self.min_relevant_grade != 1.0 else ""

    def _judge(self, ranking: Ranking, grades: Grades) -> list[bool]:
        """Return whether the product at each rank is relevant, down to the cutoff."""
        return [
            grades.get(product_id, 0.0) >= self.min_relevant_grade
            for product_id in self._truncate(ranking)
        ]

    def _count_relevant(self, grades: Grades) -> int:
        return sum(grade >= self.min_relevant_grade for grade in grades.values())


@dataclass(frozen=True, slots=True)
class AveragePrecision(_BinaryMeasure):
    """Mean of the precision at each relevant product; its mean over queries is MAP.

    Source: Buckley and Voorhees, Retrieval System Evaluation (TREC, 2005), section 3.2; as
        trec_eval's map_cut, the divisor counts every relevant product, found or not.
    """

    kind: ClassVar[str] = "MAP"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric; 0 when no relevant product is judged."""
        hits = self._judge(ranking, grades)
        precisions = [sum(hits[:rank]) / rank for rank, is_hit in enumerate(hits, 1) if is_hit]
        n_relevant = self._count_relevant(grades)
        return sum(precisions) / n_relevant if n_relevant else 0.0


@dataclass(frozen=True, slots=True)
class ReciprocalRank(_BinaryMeasure):
    """1 / rank of the first relevant product, 0 without one; its mean over queries is MRR."""

    kind: ClassVar[str] = "MRR"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric."""
        hits = self._judge(ranking, grades)
        return 1 / (1 + hits.index(True)) if True in hits else 0.0


@dataclass(frozen=True, slots=True)
class Recall(_BinaryMeasure):
    """Fraction of the relevant products that are retrieved."""

    kind: ClassVar[str] = "recall"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric; 0 when no relevant product is judged."""
        n_relevant = self._count_relevant(grades)
        return sum(self._judge(ranking, grades)) / n_relevant if n_relevant else 0.0


@dataclass(frozen=True, slots=True)
class Precision(_BinaryMeasure):
    """Fraction of the first k ranks with a relevant product; empty ranks count as irrelevant."""

    kind: ClassVar[str] = "precision"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric."""
        hits = self._judge(ranking, grades)
        n_ranks = self.k or len(hits)
        return sum(hits) / n_ranks if n_ranks else 0.0


@dataclass(frozen=True, slots=True)
class Success(_BinaryMeasure):
    """1 when a relevant product is within the cutoff, otherwise 0."""

    kind: ClassVar[str] = "success"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric."""
        return float(any(self._judge(ranking, grades)))


@dataclass(frozen=True, slots=True)
class ZeroResults(Measure):
    """1 when the ranking is empty, otherwise 0; its mean over queries is the zero-result rate."""

    kind: ClassVar[str] = "zero"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the metric."""
        return float(not ranking)


_KINDS: Mapping[str, type[Measure]] = {
    measure.kind.lower(): measure
    for measure in (Ndcg, AveragePrecision, ReciprocalRank, Recall, Precision, Success, ZeroResults)
}


def parse_measure(name: str) -> Measure:
    """Return the metric with a name such as "nDCG@10" or "MAP(rel=2)@10"; case-insensitive.

    Args:
        name: KIND or KIND@CUTOFF; `(rel=2)` after the kind sets the lowest relevant grade, and
            `(gains=0|0.01|0.1|1)` after nDCG the gain of each grade from 0.

    Returns:
        The metric; `str` gives its name in canonical form.

    Raises:
        InvalidValueError: There is no such metric.
    """
    match = _NAME.fullmatch(name.strip())
    measure = _KINDS.get(match["kind"].lower()) if match else None
    if match is None or measure is None:
        kinds = ", ".join(measure.kind for measure in _KINDS.values())
        raise InvalidValueError("measure", f"one of {kinds}, such as nDCG@10", name)
    parameter = (match["parameter"] or "").lower()
    try:
        attributes = measure.parse_parameter(parameter, match["value"]) if parameter else {}
    except ValueError as exc:
        expected = f"{measure.kind} with a parameter that it has ({exc})"
        raise InvalidValueError("measure", expected, name) from exc
    return measure(k=int(match["k"] or 0), **attributes)
