"""Does the service learn what visitors prefer? Planted tastes over real photos, against baselines.

`python -m benchmarks.tastes --data FOLDER` lets visitors click in a shop of 5,000 products, feeds
their events to the service, and requests recommendations and search results after 1, 3, 10 and 30
clicks. Two shops sell the same: one gives category, colour and price, the other photos alone.
Clicked products are worth nothing any more: every order leaves them out, and has no gain by them.
"""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.results_file import SEED, write_result
from benchmarks.taste_curves import draw
from benchmarks.taste_measures import measure, measure_drift
from benchmarks.taste_persons import simulate_visitors
from benchmarks.taste_served import Bench
from benchmarks.taste_shop import Shop, Stock, open_index

WEIGHTS = "[exploration]\nrate = 0.0\n"
SHOPS = {"labels given": True, "photos alone": False}


def measure_shop(
    stock: Stock, encoder: str, are_labelled: bool, n_visitors: int, weights: str = WEIGHTS
) -> dict[str, Any]:
    """Return the results of one shop."""
    n_searching, n_drifting = max(n_visitors // 4, 20), max(n_visitors // 10, 20)
    with (
        open_index(stock, encoder, are_labelled) as index,
        tempfile.TemporaryDirectory() as temporary,
        Shop(index, Path(temporary), weights) as shop,
    ):
        make_world = stock.make_world(shop.service.personalization.catalog)
        visitors = simulate_visitors(make_world, n_visitors, n_drifting, SEED)
        ids = [row.id for row in stock.rows]
        bench = Bench(shop, make_world, ids, visitors, np.random.default_rng(SEED))
        return {
            "n_visitors": {"feed": n_visitors, "search": n_searching, "drift": n_drifting},
            "after clicks": measure(bench, n_searching),
            "clicks until a new taste leads": measure_drift(bench),
        }


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    visitors: Annotated[int, typer.Option(help="Visitors of the shop that tells labels.")] = 2000,
    fewer: Annotated[int, typer.Option(help="Visitors of the shop with photos alone.")] = 500,
) -> None:
    """Measure, write `results/tastes.json` and draw `docs/images/tastes.svg`."""
    stock = Stock.sample(data)
    results: dict[str, Any] = {"encoder": encoder, "n_products": len(stock.rows)}
    for name, n_visitors in zip(SHOPS, (visitors, fewer), strict=True):
        results[name] = measure_shop(stock, encoder, SHOPS[name], n_visitors)
    command = f"python -m benchmarks.tastes --data {DATA} --visitors {visitors} --fewer {fewer}"
    write_result("tastes", results, command=command)
    print(draw())


if __name__ == "__main__":
    typer.run(main)
