"""Do profiles learn what visitors want? Planted tastes over real photos, against simple rivals.

`python -m benchmarks.tastes --data FOLDER` measures orders after 1, 3, 10 and 30 clicks, and how
soon a change of taste shows. What profiles cost is measured by `benchmarks.taste_costs`.
"""

from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.results_file import SEED, write_result
from benchmarks.taste_orders import Bench, drift, measure
from benchmarks.taste_vectors import real_world


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    visitors: Annotated[int, typer.Option(help="Visitors; 2000 for narrow errors.")] = 300,
) -> None:
    """Measure and write `results/tastes.json`."""
    world, identity = real_world(data, encoder)
    bench = Bench.of(world, np.random.default_rng(SEED))
    found: dict[str, Any] = {
        "encoder": identity,
        "n_products": {"clicked in": len(bench.shown), "put in order": len(bench.asked)},
        "n_categories": len(set(world.categories.tolist())),
        "n_visitors": visitors,
        "after clicks": measure(bench, visitors),
        "clicks until a new taste leads": drift(bench, max(visitors // 5, 20)),
    }
    for n, row in found["after clicks"].items():
        for title, numbers in row.items():
            print(n, title, numbers)
    print(found["clicks until a new taste leads"])
    command = f"python -m benchmarks.tastes --data ../shared/data --visitors {visitors}"
    write_result("tastes", found, command=command)


if __name__ == "__main__":
    typer.run(main)
