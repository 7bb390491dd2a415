"""Checks the baselines of `benchmarks.sequences` against established libraries.

`python -m benchmarks.sequences_check --data FOLDER` compares with each library that is installed
and writes the differences into `results/sequences.json`; the others are named and skipped. None is
needed for anything else: `pip install implicit wsknn ir-measures`.

- implicit (MIT): the cosines of item-kNN and its best products.
- wsknn (MIT; Molinski, Journal of Open Source Software 2023), a V-SKNN without inverse document
  frequency, whose linear weight is (position + 1) / length: its scores with every neighbour.
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
from benchmarks.sequence_methods import (
    TOP,
    build_occurrence_matrix,
    compute_item_cosines,
    fit_item_knn,
    rank,
)
from benchmarks.sequence_neighbours import NeighborSettings, SessionNeighbors

N_CASES = 500
N_FEW_CASES = 100


def check_implicit(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return the differences of cosines and scores from those of implicit."""
    neighbours = import_module("implicit.nearest_neighbours")
    results = {}
    for name, task in zip(("amazon_video_games", "yoochoose_100k"), tasks, strict=True):
        matrix = build_occurrence_matrix(task.histories, task.n_products)
        cosines = compute_item_cosines(matrix)
        max_partners = int(
            np.diff(cosines.indptr).max()
        )  # it keeps room for so many of each product
        model = neighbours.CosineRecommender(K=max_partners, num_threads=2)
        model.fit(matrix.tocoo().tocsr(), show_progress=False)
        differences = abs(model.similarity - cosines)
        prefixes = build_occurrence_matrix(
            [case.prefix for case in task.cases[:N_CASES]], task.n_products
        )
        options = {"N": task.n_products, "filter_already_liked_items": False}
        score = fit_item_knn(task)
        max_difference = 0.0
        for index, case in enumerate(task.cases[:N_CASES]):
            products, scores = model.recommend(index, prefixes[index], **options)
            expected = np.bincount(products, weights=scores, minlength=task.n_products)
            actual = np.bincount(*score(case.prefix), minlength=task.n_products)
            max_difference = max(max_difference, float(np.abs(expected - actual).max()))
        results[name] = {
            "greatest difference of cosines": float(differences.max()),
            "n_cosines": int(model.similarity.nnz),
            "greatest difference of scores": max_difference,
            "n_cases": len(prefixes.indptr) - 1,
        }
    return {"version": version(library.__name__), **results}


def check_wsknn(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return the differences of session-kNN scores from those of wsknn."""
    results = {}
    for name, task in zip(("amazon_video_games", "yoochoose_100k"), tasks, strict=True):
        # It counts a product twice that a neighbour has twice; the paper's sessions are sets.
        sessions = {
            session: (list(dict.fromkeys(history)), [session] * len(set(history)))
            for session, history in enumerate(task.histories)
        }
        n_sessions = len(sessions)
        model = library.fit(
            sessions,
            number_of_recommendations=task.n_products,
            number_of_neighbors=n_sessions,
            sampling_strategy="recent",
            sample_size=n_sessions,
            weighting_func="linear",
            ranking_strategy="inv",
        )
        settings = NeighborSettings(n_sessions, n_sessions, position="div", step="div")
        neighbors = SessionNeighbors(
            task, settings, lambda position, length: (position + 1) / length
        )
        cases = task.cases[:N_FEW_CASES]
        max_difference = max(_compare_scores(task, neighbors, model, case) for case in cases)
        results[name] = {"greatest difference of scores": max_difference, "n_cases": len(cases)}
    return {"version": version("wsknn"), **results}


def _compare_scores(task: Task, neighbors: SessionNeighbors, model: Any, case: Case) -> float:
    expected = np.zeros(task.n_products)
    for product, score in model.recommend([list(case.prefix), [0] * len(case.prefix)]):
        expected[product] = score
    actual = np.bincount(*neighbors(case.prefix), minlength=task.n_products)
    return float(np.abs(expected - actual).max() / max(expected.max(), 1e-12))


def check_ir_measures(library: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return the measures of item-kNN by the library and by Shopwindow."""
    task = tasks[1]
    rankings = rank(task, fit_item_knn(task))
    relevant = {str(index): {str(case.target): 1} for index, case in enumerate(task.cases)}
    run = {
        str(index): {str(product): float(TOP - rank_) for rank_, product in enumerate(ranking)}
        for index, ranking in enumerate(rankings)
    }
    parsed = {name: library.parse_measure(name.replace("recall", "R")) for name in MEASURES}
    expected = library.calc_aggregate(parsed.values(), relevant, run)
    return {"version": version("ir-measures")} | {
        name: {
            "theirs": float(expected[parsed[name]]),
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
    results: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            library = import_module(name)
        except ImportError:
            print(f"{name}: skipped, it is not installed (pip install {name.replace('_', '-')})")
            continue
        results[name] = check(library, tasks)
        print(name, results[name])
    _add_to_results(results)


def _add_to_results(results: Mapping[str, Any]) -> None:
    record = read_result("sequences")
    metadata_keys = ("command", "commit", "measured_at", "machine", "seed")
    products = {name: value for name, value in record.items() if name not in metadata_keys}
    products["checked against"] = {**products.get("checked against", {}), **results}
    path = write_result("sequences", products, command=record["command"])
    print("added to", path)


if __name__ == "__main__":
    typer.run(main)
