"""What comes next in real sequences: the bars that learned models have to pass.

`python -m benchmarks.sequences --data FOLDER` reads three public sets (`benchmarks.sequence_data`
tells their licences: research only, none may be used in a product that is sold) from the folder's
`behaviour/` and writes `results/sequences.json`.

Every product of the catalogue is ranked, none are sampled. A product that nothing was learned of
can be found by no method here: it counts as a miss. Whether touched products may come again follows
what is usual with each set: yes in sessions of clicks and views, no in reviews. Prefixes of one
session are not independent; standard errors are those of means over sessions. Settings were chosen
on validation parts (`benchmarks.sequence_choice`): one choice of ours for all sets, V-SKNN's own
for each.
"""

from functools import partial
from time import perf_counter
from typing import Any

import typer

from benchmarks.datasets import DATA, DataFolder
from benchmarks.results_file import write_result
from benchmarks.sequence_choice import CHOSEN_NEIGHBOURS
from benchmarks.sequence_data import READERS, SequenceSet, Task
from benchmarks.sequence_measures import MEASURES, mean_and_error, values
from benchmarks.sequence_methods import (
    MOST_PARTNERS,
    Method,
    item_knn,
    ours,
    popular,
    rank,
    recently_popular,
    touched_before,
)
from benchmarks.sequence_neighbours import session_knn


def methods(name: str, task: Task) -> dict[str, Method]:
    """Return the methods that are measured on one set."""
    found: dict[str, Method] = {"popularity": popular}
    if task.n_recent:
        found["recent popularity"] = recently_popular
    if task.repeats:
        found["touched before"] = touched_before
    return found | {
        "item-kNN, last product": partial(item_knn, last_only=True),
        "item-kNN": item_knn,
        "V-SKNN": partial(session_knn, settings=CHOSEN_NEIGHBOURS[name]),
        "ours": ours,
    }


def measure_set(each: SequenceSet) -> dict[str, Any]:
    """Return the measures of every method on the test of one set."""
    task = each.test
    rows: dict[str, Any] = {}
    by_method = {}
    for name, method in methods(each.name, task).items():
        started = perf_counter()
        rankings = rank(task, method(task))
        took_s = perf_counter() - started
        by_method[name] = [values(task, rankings, measure) for measure in MEASURES]
        rows[name] = {
            measure: mean_and_error(task, found)
            for measure, found in zip(MEASURES, by_method[name], strict=True)
        } | {"took_s": round(took_s, 1)}
        print(f"{each.name:22} {name:24} {rows[name]}")
    less = {
        name: {
            measure: mean_and_error(task, mine - theirs)
            for measure, mine, theirs in zip(MEASURES, by_method["ours"], found, strict=True)
        }
        for name, found in by_method.items()
        if name != "ours"
    }
    return {**_facts(task), "methods": rows, "ours less rival": less}


def _facts(task: Task) -> dict[str, Any]:
    return {
        "n_histories": len(task.histories),
        "n_products": task.n_products,
        "n_cases": len(task.cases),
        "n_visitors_asked": len({case.visitor for case in task.cases}),
        "touched products may come next": task.repeats,
        "share of cases whose next product is in no history": round(task.unseen, 4),
        "share of cases whose next product was touched before": round(task.repeated, 4),
    }


def main(data: DataFolder = DATA) -> None:
    """Measure and write `results/sequences.json`."""
    found: dict[str, Any] = {
        "numbers": "mean over cases, standard error",
        "most partners of one product": MOST_PARTNERS,
    }
    found |= {
        each.name: measure_set(each) for each in (read(data / "behaviour") for read in READERS)
    }
    write_result("sequences", found, command="python -m benchmarks.sequences --data ../shared/data")


if __name__ == "__main__":
    typer.run(main)
