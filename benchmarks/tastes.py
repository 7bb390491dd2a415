"""Does the service learn what visitors want? Planted tastes over real photos, against rivals.

`python -m benchmarks.tastes --data FOLDER` lets visitors click in a shop of 5,000 products, feeds
their events to the service, and asks it for feeds and answers after 1, 3, 10 and 30 clicks. Two
shops sell the same: one tells kind, colour and price of what it sells, the other photos alone. What
a visitor clicked is done with: no order is asked for it, and none gets anything for it.
"""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.results_file import SEED, write_result
from benchmarks.taste_curves import draw
from benchmarks.taste_measures import drift, measured
from benchmarks.taste_persons import persons
from benchmarks.taste_served import Bench
from benchmarks.taste_shop import Shop, Stock, opened_index

WEIGHTS = "[exploration]\nrate = 0.0\n"
SHOPS = {"labels given": True, "photos alone": False}


def of_shop(
    stock: Stock, encoder: str, are_labelled: bool, n_visitors: int, weights: str = WEIGHTS
) -> dict[str, Any]:
    """Return what is measured in one shop."""
    n_searching, n_drifting = max(n_visitors // 4, 20), max(n_visitors // 10, 20)
    with (
        opened_index(stock, encoder, are_labelled) as index,
        tempfile.TemporaryDirectory() as temporary,
        Shop(index, Path(temporary), weights) as shop,
    ):
        world = stock.world(shop.service.personalization.catalog)
        people = persons(world, n_visitors, n_drifting, SEED)
        ids = [row.id for row in stock.rows]
        bench = Bench(shop, world, ids, people, np.random.default_rng(SEED))
        return {
            "n_visitors": {"feed": n_visitors, "search": n_searching, "drift": n_drifting},
            "after clicks": measured(bench, n_searching),
            "clicks until a new taste leads": drift(bench),
        }


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    visitors: Annotated[int, typer.Option(help="Visitors of the shop that tells labels.")] = 2000,
    fewer: Annotated[int, typer.Option(help="Visitors of the shop with photos alone.")] = 500,
) -> None:
    """Measure, write `results/tastes.json` and draw `docs/images/tastes.svg`."""
    stock = Stock.of(data)
    found: dict[str, Any] = {"encoder": encoder, "n_products": len(stock.rows)}
    for name, n_visitors in zip(SHOPS, (visitors, fewer), strict=True):
        found[name] = of_shop(stock, encoder, SHOPS[name], n_visitors)
    command = f"python -m benchmarks.tastes --data {DATA} --visitors {visitors} --fewer {fewer}"
    write_result("tastes", found, command=command)
    print(draw())


if __name__ == "__main__":
    typer.run(main)
