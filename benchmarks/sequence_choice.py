"""Chooses the settings of next-item methods, on validation parts alone.

`python -m benchmarks.sequence_choice --data FOLDER` tries the settings one after the other, keeps
the best value of each, and writes `results/sequence_choice.json`. Those of co-engagement are chosen
for all sets together (by the mean logarithm of nDCG, so that each set counts the same), and for
each set alone to see what that would give; V-SKNN's for each set.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder
from benchmarks.results_file import write_result
from benchmarks.sequence_data import READERS, SequenceSet, Task
from benchmarks.sequence_measures import MEASURES, mean_and_error, values
from benchmarks.sequence_methods import MAX_PARTNERS, Scorer, fit_co_engagement, rank
from benchmarks.sequence_neighbours import NeighborSettings, fit_session_knn
from shopwindow.ranking.co_engagement import CoEngagementSettings

CO_ENGAGEMENT_OPTIONS: Mapping[str, Sequence[Any]] = {
    "asymmetry": (0.5, 0.7, 0.85, 1.0),
    "shrinkage": (0.0, 5.0, 10.0, 20.0),
    "half_life_products": (1.0, 1.5, 2.0, 4.0),
    "n_recent": (5, 10),
}
NEIGHBOR_OPTIONS: Mapping[str, Sequence[Any]] = {
    "n_neighbors": (100, 500),
    "n_sampled": (1000, 5000),
    "position": ("div", "log", "quadratic", "same"),
    "step": ("div", "log", "quadratic", "same"),
    "idf": (0.0, 1.0, 2.0),
}
"""Values to try; the search starts at the default of each class."""

CHOSEN_NEIGHBORS: Mapping[str, NeighborSettings] = MappingProxyType(
    {
        "amazon_video_games": NeighborSettings(100, 1000, "log", "div", idf=0.0),
        "retailrocket_sessions": NeighborSettings(500, 5000, "same", "div", idf=1.0),
        "yoochoose_100k": NeighborSettings(100, 1000, "log", "quadratic", idf=2.0),
    }
)
"""What this search chose, for `benchmarks.sequences`."""

Row = dict[str, list[float]]


def measure(task: Task, scorer: Scorer) -> Row:
    """Return the measures of a scorer with their standard errors."""
    rankings = rank(task, scorer)
    return {
        measure_name: mean_and_error(task, values(task, rankings, measure_name))
        for measure_name in MEASURES
    }


def search(
    options: Mapping[str, Sequence[Any]],
    start: Mapping[str, Any],
    score: Callable[[Mapping[str, Any]], float],
) -> dict[str, Any]:
    """Return the settings found by coordinate-wise search.

    Args:
        options: Values by setting.
        start: Settings to start from.
        score: Score of settings; higher is better. The first of equal ones is kept.
    """
    best_settings, scores = dict(start), {repr(dict(start)): score(start)}
    for name, candidates in options.items():
        for value in candidates:
            candidate = {**best_settings, name: value}
            if repr(candidate) not in scores:
                scores[repr(candidate)] = score(candidate)
                if scores[repr(candidate)] > scores[repr(best_settings)]:
                    best_settings = candidate
    return best_settings


class Trials:
    """Measures settings on validation parts, each setting once."""

    def __init__(self, sets: Sequence[SequenceSet], learn: Callable[..., Scorer]) -> None:
        self._tasks = {sequence_set.name: sequence_set.validation for sequence_set in sets}
        self._learn = learn
        self.rows: dict[str, dict[str, Row]] = {sequence_set.name: {} for sequence_set in sets}

    def score(self, settings: Mapping[str, Any], names: Sequence[str] = ()) -> float:
        """Return the mean logarithm of nDCG over some sets, all of them by default."""
        log_ndcg = []
        for name in names or self._tasks:
            rows, task = self.rows[name], self._tasks[name]
            title = ", ".join(f"{key} {value}" for key, value in settings.items())
            if title not in rows:
                rows[title] = measure(task, self._learn(task, settings))
                print(f"{name:22} {title} {rows[title]}", flush=True)
            log_ndcg.append(np.log(rows[title][MEASURES[1]][0]))
        return float(np.mean(log_ndcg))


def _fit_co_engagement(task: Task, settings: Mapping[str, Any]) -> Scorer:
    return fit_co_engagement(task, CoEngagementSettings(**settings))


def _fit_session_knn(task: Task, settings: Mapping[str, Any]) -> Scorer:
    return fit_session_knn(task, NeighborSettings(**settings))


def main(data: DataFolder = DATA) -> None:
    """Choose and write `results/sequence_choice.json`."""
    sets = [read(data / "behaviour") for read in READERS]
    co_engagement_trials, neighbor_trials = (
        Trials(sets, _fit_co_engagement),
        Trials(sets, _fit_session_knn),
    )
    co_engagement_start = {
        name: getattr(CoEngagementSettings(), name) for name in CO_ENGAGEMENT_OPTIONS
    }
    neighbor_start = {name: getattr(NeighborSettings(), name) for name in NEIGHBOR_OPTIONS}
    names = [sequence_set.name for sequence_set in sets]
    for_all = search(CO_ENGAGEMENT_OPTIONS, co_engagement_start, co_engagement_trials.score)
    alone = {
        name: search(
            CO_ENGAGEMENT_OPTIONS, for_all, partial(co_engagement_trials.score, names=[name])
        )
        for name in names
    }
    result = {
        "ours, for all sets": for_all,
        "ours, for each set alone": alone,
        "ours with all partners": _with_all_partners(sets, for_all),
        "V-SKNN": {
            name: search(
                NEIGHBOR_OPTIONS, neighbor_start, partial(neighbor_trials.score, names=[name])
            )
            for name in names
        },
        "most partners of one product": MAX_PARTNERS,
        "tried, ours": co_engagement_trials.rows,
        "tried, V-SKNN": neighbor_trials.rows,
    }
    command = "python -m benchmarks.sequence_choice --data ../shared/data"
    write_result("sequence_choice", result, command=command)


def _with_all_partners(sets: Sequence[SequenceSet], settings: Mapping[str, Any]) -> dict[str, Row]:
    co_engagement_settings = CoEngagementSettings(**settings)
    return {
        sequence_set.name: measure(
            sequence_set.validation,
            fit_co_engagement(
                sequence_set.validation, co_engagement_settings, sequence_set.test.n_products
            ),
        )
        for sequence_set in sets
    }


if __name__ == "__main__":
    typer.run(main)
