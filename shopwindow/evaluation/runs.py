"""What a setting answered, and what its answers are worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shopwindow.evaluation.judgments import Judgments
from shopwindow.evaluation.measures import Measure

SearchFunction = Callable[[str], Sequence[str]]
"""A query's text to product ids, best first."""


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of one setting.

    Attributes:
        name: What the setting is called.
        rankings: Product ids by query, best first.
    """

    name: str
    rankings: Mapping[str, list[str]]

    def evaluate(self, judgments: Judgments, measure: Measure) -> dict[str, float]:
        """Return the measure of each judged query; one without an answer has an empty ranking."""
        return {
            query: measure.compute(self.rankings.get(query, []), grades)
            for query, grades in judgments.grades.items()
        }

    def condense(self, judgments: Judgments) -> "Run":
        """Return the run without products that nobody judged.

        A pool that was made by one engine judges others unfairly: what they alone find counts as
        irrelevant. In condensed lists it counts not at all.

        Source: Sakai, Alternatives to Bpref (SIGIR 2007), section 3.
        """
        rankings = {
            query: [each for each in ranking if each in judgments.grades[query]]
            for query, ranking in self.rankings.items()
        }
        return Run(f"{self.name}, condensed", rankings)


def run_queries(name: str, search: SearchFunction, judgments: Judgments) -> Run:
    """Ask every judged query.

    Args:
        name: What the setting is called.
        search: Answers one query.
        judgments: Whose queries are asked.

    Returns:
        The answers.
    """
    return Run(name, {query: list(search(query)) for query in judgments.queries})


def mean(values: Mapping[str, float]) -> float:
    """Return the mean over queries."""
    return sum(values.values()) / len(values)
