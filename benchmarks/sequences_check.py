"""Are the bars of `benchmarks.sequences` what well-kept libraries compute?

`python -m benchmarks.sequences_check --data FOLDER` compares with each library that is installed
and writes what it found into `results/sequences.json`; the others are named and skipped. None is
needed for anything else: `pip install implicit wsknn ir-measures`.

- implicit (MIT): the cosines of item-kNN and its first places.
- wsknn (MIT; Molinski, Journal of Open Source Software 2023), a V-SKNN without inverse document
  frequency, whose linear weight is (place + 1) / length: its scores with every neighbour.
- ir-measures (MIT): recall and nDCG.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder
from benchmarks.results_file import read_result, write_result
from benchmarks.sequence_data import Case, Task, read_amazon, read_yoochoose
from benchmarks.sequence_measures import MEASURES, values
from benchmarks.sequence_methods import TOP, item_cosines, item_knn, occurrence_matrix, rank
from benchmarks.sequence_neighbours import NeighbourSettings, SessionNeighbours

N_ASKED = 500
FEW = 100


def check_implicit(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return how far cosines and first places are from those of implicit."""
    neighbours = import_module("implicit.nearest_neighbours")
    found = {}
    for name, task in zip(("amazon_video_games", "yoochoose_100k"), tasks, strict=True):
        matrix = occurrence_matrix(task.histories, task.n_products)
        cosines = item_cosines(matrix)
        most = int(np.diff(cosines.indptr).max())  # it keeps room for so many of each product
        model = neighbours.CosineRecommender(K=most, num_threads=2)
        model.fit(matrix.tocoo().tocsr(), show_progress=False)
        apart = abs(model.similarity - cosines)
        asked = occurrence_matrix([case.before for case in task.cases[:N_ASKED]], task.n_products)
        everything = {"N": task.n_products, "filter_already_liked_items": False}
        score = item_knn(task)
        worst = 0.0
        for n, case in enumerate(task.cases[:N_ASKED]):
            numbers, scores = model.recommend(n, asked[n], **everything)
            theirs = np.bincount(numbers, weights=scores, minlength=task.n_products)
            mine = np.bincount(*score(case.before), minlength=task.n_products)
            worst = max(worst, float(np.abs(theirs - mine).max()))
        found[name] = {
            "greatest difference of cosines": float(apart.max()),
            "n_cosines": int(model.similarity.nnz),
            "greatest difference of scores": worst,
            "n_cases": len(asked.indptr) - 1,
        }
    return {"version": version(library.__name__), **found}


def check_wsknn(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return how far scores of session-kNN are from those of wsknn."""
    found = {}
    for name, task in zip(("amazon_video_games", "yoochoose_100k"), tasks, strict=True):
        # It counts a product twice that a neighbour has twice; the paper's sessions are sets.
        sessions = {
            n: (list(dict.fromkeys(each)), [n] * len(set(each)))
            for n, each in enumerate(task.histories)
        }
        every = len(sessions)
        model = library.fit(
            sessions,
            number_of_recommendations=task.n_products,
            number_of_neighbors=every,
            sampling_strategy="recent",
            sample_size=every,
            weighting_func="linear",
            ranking_strategy="inv",
        )
        settings = NeighbourSettings(every, every, position="div", step="div")
        mine = SessionNeighbours(task, settings, lambda place, length: (place + 1) / length)
        cases = task.cases[:FEW]
        worst = max(_apart(task, mine, model, case) for case in cases)
        found[name] = {"greatest difference of scores": worst, "n_cases": len(cases)}
    return {"version": version("wsknn"), **found}


def _apart(task: Task, mine: SessionNeighbours, model: Any, case: Case) -> float:
    theirs = np.zeros(task.n_products)
    for number, score in model.recommend([list(case.before), [0] * len(case.before)]):
        theirs[number] = score
    ours = np.bincount(*mine(case.before), minlength=task.n_products)
    return float(np.abs(theirs - ours).max() / max(theirs.max(), 1e-12))


def check_ir_measures(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return the measures of item-kNN by the library and by ours."""
    task = tasks[1]
    rankings = rank(task, item_knn(task))
    relevant = {str(n): {str(case.next): 1} for n, case in enumerate(task.cases)}
    run = {
        str(n): {str(each): float(TOP - place) for place, each in enumerate(some)}
        for n, some in enumerate(rankings)
    }
    parsed = {name: library.parse_measure(name.replace("recall", "R")) for name in MEASURES}
    theirs = library.calc_aggregate(parsed.values(), relevant, run)
    return {"version": version("ir-measures")} | {
        name: {
            "theirs": float(theirs[parsed[name]]),
            "ours": float(values(task, rankings, name).mean()),
        }
        for name in MEASURES
    }


CHECKS: Mapping[str, Callable[[Any, Sequence[Task]], dict[str, Any]]] = MappingProxyType(
    {"implicit": check_implicit, "wsknn": check_wsknn, "ir_measures": check_ir_measures}
)


def main(data: DataFolder = DATA) -> None:
    """Compare, and add what was found to `results/sequences.json`."""
    tasks = [read(data / "behaviour").test for read in (read_amazon, read_yoochoose)]
    found: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            library = import_module(name)
        except ImportError:
            print(f"{name}: skipped, it is not installed (pip install {name.replace('_', '-')})")
            continue
        found[name] = check(library, tasks)
        print(name, found[name])
    _add(found)


def _add(found: Mapping[str, Any]) -> None:
    record = read_result("sequences")
    made_by = ("command", "commit", "measured_at", "machine", "seed")
    numbers = {name: value for name, value in record.items() if name not in made_by}
    numbers["checked against"] = {**numbers.get("checked against", {}), **found}
    path = write_result("sequences", numbers, command=record["command"])
    print("added to", path)


if __name__ == "__main__":
    typer.run(main)
