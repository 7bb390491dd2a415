"""Measures of one ranking against judgments: values with names that parse back."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from shopwindow.values.errors import InvalidValueError

Grades: TypeAlias = Mapping[str, float]
"""Grade of each judged product of one query; 0 is irrelevant, products not in it are not judged."""

Ranking: TypeAlias = Sequence[str]
"""Product ids, best first, each once."""

_NAME = re.compile(r"(?P<kind>[A-Za-z]+)(\((?P<setting>\w+)=(?P<value>[\d.|]+)\))?(@(?P<k>\d+))?")


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """What a ranking is worth, 0 to 1.

    Attributes:
        k: Places that count; 0 counts all.
    """

    k: int

    kind: ClassVar[str]

    @abstractmethod
    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure of one query's ranking."""

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the attributes that a setting in a name stands for.

        Raises:
            ValueError: The measure has no such setting, or the value does not fit.
        """
        raise ValueError(f"no setting {name}")

    def __str__(self) -> str:
        return self.kind + self._setting() + (f"@{self.k}" if self.k else "")

    def _setting(self) -> str:
        return ""

    def _top(self, ranking: Ranking) -> Ranking:
        return ranking[: self.k] if self.k else ranking


@dataclass(frozen=True, slots=True)
class Ndcg(Measure):
    """Normalised discounted cumulative gain: gains count less further down, 1 is the best order.

    Attributes:
        gains: Gain of each grade, from grade 0; empty for the grade itself.

    Source: Jarvelin and Kekalainen, Cumulated Gain-Based Evaluation of IR Techniques (2002), with
        the discount 1 / log2(place + 1).
    """

    gains: tuple[float, ...] = ()

    kind: ClassVar[str] = "nDCG"

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the gains; see `Measure.parse_parameter`."""
        if name != "gains":
            return Measure.parse_parameter(name, value)
        return {"gains": tuple(float(each) for each in value.split("|"))}

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure; 0 where nothing relevant is known."""
        best = sorted((self._gain(grade) for grade in grades.values()), reverse=True)
        ideal = self._sum(best[: self.k or None])
        found = self._sum([self._gain(grades.get(each, 0.0)) for each in self._top(ranking)])
        return found / ideal if ideal else 0.0

    def _gain(self, grade: float) -> float:
        if not self.gains:
            return grade
        if grade != int(grade) or grade >= len(self.gains):
            expected = (
                f"a whole grade from 0 to {len(self.gains) - 1}, for {self} has no gain for others"
            )
            raise InvalidValueError("grade", expected, grade)
        return self.gains[int(grade)]

    def _setting(self) -> str:
        return f"(gains={'|'.join(f'{gain:g}' for gain in self.gains)})" if self.gains else ""

    @staticmethod
    def _sum(gains: Sequence[float]) -> float:
        return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


@dataclass(frozen=True, slots=True)
class _Binary(Measure):
    """A measure of products that are relevant or not.

    Attributes:
        min_relevant_grade: Least grade that is relevant.
    """

    min_relevant_grade: float = 1.0

    @classmethod
    def parse_parameter(cls, name: str, value: str) -> Mapping[str, Any]:
        """Return the least relevant grade; see `Measure.parse_parameter`."""
        return (
            {"min_relevant_grade": float(value)}
            if name == "rel"
            else Measure.parse_parameter(name, value)
        )

    def _setting(self) -> str:
        return f"(rel={self.min_relevant_grade:g})" if self.min_relevant_grade != 1.0 else ""

    def _hits(self, ranking: Ranking, grades: Grades) -> list[bool]:
        return [grades.get(each, 0.0) >= self.min_relevant_grade for each in self._top(ranking)]

    def _n_relevant(self, grades: Grades) -> int:
        return sum(grade >= self.min_relevant_grade for grade in grades.values())


@dataclass(frozen=True, slots=True)
class AveragePrecision(_Binary):
    """Mean of the precision at each relevant product; its mean over queries is MAP.

    Source: Buckley and Voorhees, Retrieval System Evaluation (TREC, 2005), section 3.2; as
        trec_eval's map_cut, the divisor counts every relevant product, found or not.
    """

    kind: ClassVar[str] = "MAP"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure; 0 where nothing relevant is known."""
        hits = self._hits(ranking, grades)
        found = sum(sum(hits[:place]) / place for place, hit in enumerate(hits, 1) if hit)
        return found / n_relevant if (n_relevant := self._n_relevant(grades)) else 0.0


@dataclass(frozen=True, slots=True)
class ReciprocalRank(_Binary):
    """1 / place of the first relevant product, 0 without one; its mean over queries is MRR."""

    kind: ClassVar[str] = "MRR"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure."""
        hits = self._hits(ranking, grades)
        return 1 / (1 + hits.index(True)) if True in hits else 0.0


@dataclass(frozen=True, slots=True)
class Recall(_Binary):
    """Share of the relevant products that are found."""

    kind: ClassVar[str] = "recall"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure; 0 where nothing relevant is known."""
        n_relevant = self._n_relevant(grades)
        return sum(self._hits(ranking, grades)) / n_relevant if n_relevant else 0.0


@dataclass(frozen=True, slots=True)
class Precision(_Binary):
    """Share of the places with a relevant product; empty places count as irrelevant."""

    kind: ClassVar[str] = "precision"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure."""
        hits = self._hits(ranking, grades)
        n_places = self.k or len(hits)
        return sum(hits) / n_places if n_places else 0.0


@dataclass(frozen=True, slots=True)
class Success(_Binary):
    """1 where a relevant product is among the places."""

    kind: ClassVar[str] = "success"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure."""
        return float(any(self._hits(ranking, grades)))


@dataclass(frozen=True, slots=True)
class ZeroResults(Measure):
    """1 where nothing at all was found; its mean over queries is the zero-result rate."""

    kind: ClassVar[str] = "zero"

    def compute(self, ranking: Ranking, grades: Grades) -> float:
        """Return the measure."""
        return float(not ranking)


_KINDS: Mapping[str, type[Measure]] = {
    each.kind.lower(): each
    for each in (Ndcg, AveragePrecision, ReciprocalRank, Recall, Precision, Success, ZeroResults)
}


def parse_measure(name: str) -> Measure:
    """Return the measure of a name such as "nDCG@10" or "MAP(rel=2)@10"; capitals do not matter.

    Args:
        name: KIND, or KIND@PLACES; `(rel=2)` behind the kind sets the least relevant grade, and
            `(gains=0|0.01|0.1|1)` behind nDCG the gain of each grade from 0.

    Returns:
        The measure; its text is the name in its usual form.

    Raises:
        InvalidValueError: There is no such measure.
    """
    parts = _NAME.fullmatch(name.strip())
    made = _KINDS.get(parts["kind"].lower()) if parts else None
    if parts is None or made is None:
        known = ", ".join(each.kind for each in _KINDS.values())
        raise InvalidValueError("measure", f"one of {known}, such as nDCG@10", name)
    setting = (parts["setting"] or "").lower()
    try:
        settings = made.parse_parameter(setting, parts["value"]) if setting else {}
    except ValueError as exc:
        expected = f"{made.kind} with a setting that it has ({exc})"
        raise InvalidValueError("measure", expected, name) from exc
    return made(k=int(parts["k"] or 0), **settings)
