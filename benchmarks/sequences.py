"""Next-item prediction on public sequences: the baselines that learned models have to beat.

`python -m benchmarks.sequences --data FOLDER` reads three public sets (`benchmarks.sequence_data`
names their licences: research only, none may be used in a product that is sold) from the folder's
`behaviour/` and writes `results/sequences.json`.

Every product of the catalogue is ranked, none are sampled. A product that is in no history can be
found by no method here: it counts as a miss. Whether products of the prefix may come again follows
what is usual with each set: yes in sessions of clicks and views, no in reviews. Prefixes of one
session are not independent; standard errors are those of means over sessions. Settings were chosen
on validation parts (`benchmarks.sequence_choice`): one choice of co-engagement for all sets,
V-SKNN's own for each.
"""

from functools import partial
from time import perf_counter
from typing import Any

import typer

from benchmarks.datasets import DATA, DataFolder
from benchmarks.results_file import write_result
from benchmarks.sequence_choice import CHOSEN_NEIGHBORS
from benchmarks.sequence_data import READERS, SequenceSet, Task
from benchmarks.sequence_measures import MEASURES, mean_and_error, values
from benchmarks.sequence_methods import (
    MAX_PARTNERS,
    Method,
    fit_co_engagement,
    fit_item_knn,
    rank,
    repeat_prefix,
    score_popularity,
    score_recent_popularity,
)
from benchmarks.sequence_neighbours import fit_session_knn


def make_methods(name: str, task: Task) -> dict[str, Method]:
    """Return the methods that are measured on one set."""
    methods_by_name: dict[str, Method] = {"popularity": score_popularity}
    if task.n_recent:
        methods_by_name["recent popularity"] = score_recent_popularity
    if task.repeats:
        methods_by_name["touched before"] = repeat_prefix
    return methods_by_name | {
        "item-kNN, last product": partial(fit_item_knn, last_only=True),
        "item-kNN": fit_item_knn,
        "V-SKNN": partial(fit_session_knn, settings=CHOSEN_NEIGHBORS[name]),
        "ours": fit_co_engagement,
    }


def measure_set(sequence_set: SequenceSet) -> dict[str, Any]:
    """Return the measures of every method on the test of one set."""
    task = sequence_set.test
    rows: dict[str, Any] = {}
    values_by_method = {}
    for name, method in make_methods(sequence_set.name, task).items():
        started = perf_counter()
        rankings = rank(task, method(task))
        elapsed_s = perf_counter() - started
        values_by_method[name] = [values(task, rankings, measure) for measure in MEASURES]
        rows[name] = {
            measure: mean_and_error(task, method_values)
            for measure, method_values in zip(MEASURES, values_by_method[name], strict=True)
        } | {"took_s": round(elapsed_s, 1)}
        print(f"{sequence_set.name:22} {name:24} {rows[name]}")
    differences = {
        name: {
            measure: mean_and_error(task, own_values - baseline_values)
            for measure, own_values, baseline_values in zip(
                MEASURES, values_by_method["ours"], method_values, strict=True
            )
        }
        for name, method_values in values_by_method.items()
        if name != "ours"
    }
    return {**_describe(task), "methods": rows, "ours less rival": differences}


def _describe(task: Task) -> dict[str, Any]:
    return {
        "n_histories": len(task.histories),
        "n_products": task.n_products,
        "n_cases": len(task.cases),
        "n_visitors_asked": len({case.visitor for case in task.cases}),
        "touched products may come next": task.repeats,
        "share of cases whose next product is in no history": round(task.unseen_share, 4),
        "share of cases whose next product was touched before": round(task.repeated_share, 4),
    }


def main(data: DataFolder = DATA) -> None:
    """Measure and write `results/sequences.json`."""
    result: dict[str, Any] = {
        "numbers": "mean over cases, standard error",
        "most partners of one product": MAX_PARTNERS,
    }
    result |= {
        sequence_set.name: measure_set(sequence_set)
        for sequence_set in (read(data / "behaviour") for read in READERS)
    }
    write_result(
        "sequences", result, command="python -m benchmarks.sequences --data ../shared/data"
    )


if __name__ == "__main__":
    typer.run(main)
