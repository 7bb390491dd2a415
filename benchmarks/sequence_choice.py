"""Which settings predict best what comes next, on validation parts alone.

`python -m benchmarks.sequence_choice --data FOLDER` goes through the settings one after the other,
keeps the best value of each, and writes `results/sequence_choice.json`. Ours are chosen for all
sets together (by the mean logarithm of nDCG, so that each set counts the same), and for each set
alone to see what that would give; V-SKNN's for each set.
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
from benchmarks.sequence_methods import MOST_PARTNERS, Scorer, ours, rank
from benchmarks.sequence_neighbours import NeighbourSettings, session_knn
from shopwindow.ranking.co_engagement import CoEngagementSettings

OURS: Mapping[str, Sequence[Any]] = {
    "own_share": (0.5, 0.7, 0.85, 1.0),
    "shrink": (0.0, 5.0, 10.0, 20.0),
    "half_life": (1.0, 1.5, 2.0, 4.0),
    "n_touches": (5, 10),
}
NEIGHBOURS: Mapping[str, Sequence[Any]] = {
    "n_neighbours": (100, 500),
    "n_sampled": (1000, 5000),
    "position": ("div", "log", "quadratic", "same"),
    "step": ("div", "log", "quadratic", "same"),
    "idf": (0.0, 1.0, 2.0),
}
"""Values tried; the search starts at the default of each class."""

CHOSEN_NEIGHBOURS: Mapping[str, NeighbourSettings] = MappingProxyType(
    {
        "amazon_video_games": NeighbourSettings(100, 1000, "log", "div", idf=0.0),
        "retailrocket_sessions": NeighbourSettings(500, 5000, "same", "div", idf=1.0),
        "yoochoose_100k": NeighbourSettings(100, 1000, "log", "quadratic", idf=2.0),
    }
)
"""What this search chose, for `benchmarks.sequences`."""

Row = dict[str, list[float]]


def measured(task: Task, scorer: Scorer) -> Row:
    """Return the measures of a scorer with their standard errors."""
    rankings = rank(task, scorer)
    return {each: mean_and_error(task, values(task, rankings, each)) for each in MEASURES}


def search(
    options: Mapping[str, Sequence[Any]],
    start: Mapping[str, Any],
    score: Callable[[Mapping[str, Any]], float],
) -> dict[str, Any]:
    """Return the settings that are best when one after the other is tried.

    Args:
        options: Values by setting.
        start: Where to begin.
        score: What settings are worth; higher is better. The first of equal ones is kept.
    """
    best, known = dict(start), {repr(dict(start)): score(start)}
    for name, some in options.items():
        for value in some:
            tried = {**best, name: value}
            if repr(tried) not in known:
                known[repr(tried)] = score(tried)
                if known[repr(tried)] > known[repr(best)]:
                    best = tried
    return best


class Trials:
    """Measures settings on validation parts, each once."""

    def __init__(self, sets: Sequence[SequenceSet], learn: Callable[..., Scorer]) -> None:
        self._tasks = {each.name: each.validation for each in sets}
        self._learn = learn
        self.rows: dict[str, dict[str, Row]] = {each.name: {} for each in sets}

    def score(self, settings: Mapping[str, Any], names: Sequence[str] = ()) -> float:
        """Return the mean logarithm of nDCG over some sets, all of them by default."""
        found = []
        for name in names or self._tasks:
            rows, task = self.rows[name], self._tasks[name]
            title = ", ".join(f"{key} {value}" for key, value in settings.items())
            if title not in rows:
                rows[title] = measured(task, self._learn(task, settings))
                print(f"{name:22} {title} {rows[title]}", flush=True)
            found.append(np.log(rows[title][MEASURES[1]][0]))
        return float(np.mean(found))


def _ours(task: Task, settings: Mapping[str, Any]) -> Scorer:
    return ours(task, CoEngagementSettings(**settings))


def _neighbours(task: Task, settings: Mapping[str, Any]) -> Scorer:
    return session_knn(task, NeighbourSettings(**settings))


def main(data: DataFolder = DATA) -> None:
    """Choose and write `results/sequence_choice.json`."""
    sets = [read(data / "behaviour") for read in READERS]
    mine, theirs = Trials(sets, _ours), Trials(sets, _neighbours)
    start = {name: getattr(CoEngagementSettings(), name) for name in OURS}
    begin = {name: getattr(NeighbourSettings(), name) for name in NEIGHBOURS}
    names = [each.name for each in sets]
    for_all = search(OURS, start, mine.score)
    alone = {n: search(OURS, for_all, partial(mine.score, names=[n])) for n in names}
    found = {
        "ours, for all sets": for_all,
        "ours, for each set alone": alone,
        "ours with all partners": _with_all_partners(sets, for_all),
        "V-SKNN": {n: search(NEIGHBOURS, begin, partial(theirs.score, names=[n])) for n in names},
        "most partners of one product": MOST_PARTNERS,
        "tried, ours": mine.rows,
        "tried, V-SKNN": theirs.rows,
    }
    command = "python -m benchmarks.sequence_choice --data ../shared/data"
    write_result("sequence_choice", found, command=command)


def _with_all_partners(sets: Sequence[SequenceSet], settings: Mapping[str, Any]) -> dict[str, Row]:
    chosen = CoEngagementSettings(**settings)
    return {
        each.name: measured(each.validation, ours(each.validation, chosen, each.test.n_products))
        for each in sets
    }


if __name__ == "__main__":
    typer.run(main)
