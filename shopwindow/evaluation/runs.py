"""Runs: the rankings of one search configuration, and their metrics on judged queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shopwindow.evaluation.judgments import Judgments
from shopwindow.evaluation.measures import Measure

SearchFunction = Callable[[str], Sequence[str]]
"""Maps a query text to product ids, best first."""


@dataclass(frozen=True, slots=True)
class Run:
    """The rankings of one search configuration.

    Attributes:
        name: Name of the configuration.
        rankings: Product ids, best first, by query text.
    """

    name: str
    rankings: Mapping[str, list[str]]

    def evaluate(self, judgments: Judgments, measure: Measure) -> dict[str, float]:
        """Return the metric of each judged query; a query without ranking counts as empty."""
        return {
            query: measure.compute(self.rankings.get(query, []), grades)
            for query, grades in judgments.grades.items()
        }

    def condense(self, judgments: Judgments) -> "Run":
        """Return the run without the products that nobody judged.

        Judgments pooled from one engine are unfair to others: what only they retrieve counts as
        irrelevant. Condensed lists leave unjudged products out instead.

        Source: Sakai, Alternatives to Bpref (SIGIR 2007), section 3.
        """
        rankings = {
            query: [product_id for product_id in ranking if product_id in judgments.grades[query]]
            for query, ranking in self.rankings.items()
        }
        return Run(f"{self.name}, condensed", rankings)


def run_queries(name: str, search: SearchFunction, judgments: Judgments) -> Run:
    """Run every judged query and return the rankings.

    Args:
        name: Name of the configuration.
        search: Ranks products for one query.
        judgments: The judged queries.

    Returns:
        The run, with a ranking for each judged query.
    """
    return Run(name, {query: list(search(query)) for query in judgments.queries})


def mean(values: Mapping[str, float]) -> float:
    """Return the mean over queries; there must be at least one."""
    return sum(values.values()) / len(values)
