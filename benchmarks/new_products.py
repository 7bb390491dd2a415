"""How new products come to be seen, and what it costs: days of a shop under several policies.

`python -m benchmarks.new_products --data FOLDER` fills a shop with old products whose visitors have
clicked before, brings new ones in every day, and lets the same visitors come under each policy.
They look at a place with a probability of 1 / log2(1 + place), and click by their planted tastes
and by a quality of each product that no policy is told.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.intervals import mean_interval
from benchmarks.new_curves import draw
from benchmarks.new_shop import (
    OLD_DAYS,
    TOP,
    Plan,
    Policy,
    Scene,
    Seen,
    popular,
    run,
    scene,
    served,
)
from benchmarks.results_file import SEED, write_result
from benchmarks.taste_persons import ndcg
from benchmarks.taste_shop import FOLDER, Shop, Stock, opened_index
from embed import load_encoder
from index import ProductIndex
from shopwindow.personalization import CatalogItems
from shopwindow.personalization.product_stats import examination_probability

N_OLD = 900
NO_TRIES = "[exploration]\nrate = 0.0\n"
NO_COUNTS = "[recommendations]\npopularity = 0.0\nco_engagement = 0.0\n"
BASE = "content and inheritance"
POLICIES: dict[str, tuple[Policy, str]] = {
    "popularity": (popular, NO_TRIES),
    "content": (served, NO_TRIES + NO_COUNTS),
    BASE: (served, NO_TRIES),
    "and 5 % tried": (served, "[exploration]\nrate = 0.05\n"),
    "and 10 % tried": (served, "[exploration]\nrate = 0.1\n"),
    "and 20 % tried": (served, "[exploration]\nrate = 0.2\n"),
}
AGES = {
    "0": (0, 0),
    "1": (1, 1),
    "2-3": (2, 3),
    "4-6": (4, 6),
    "7-": (7, OLD_DAYS - 1),
    "old": (OLD_DAYS, 999),
}
"""Ages in days; what was there before the first day is old."""

_LOOKS = np.array([examination_probability(place) for place in range(1, TOP + 1)])


def ages_on(what: Scene, day: int) -> NDArray[np.int64]:
    """Return the age of each product on a day; below zero for what has not come yet."""
    return np.where(what.arrives < 0, OLD_DAYS + day, day - what.arrives)


def exposure(what: Scene, seen: Seen) -> dict[str, Any]:
    """Return looks at a product of each age, against those at any product on the same page."""
    found: dict[str, list[float]] = {name: [] for name in AGES}
    for day, _, page in seen.pages:
        ages = ages_on(what, day)
        looks = _LOOKS[: len(page)]
        for name, (low, high) in AGES.items():
            n_such = int(((ages >= low) & (ages <= high)).sum())
            if n_such:
                such = (ages[page] >= low) & (ages[page] <= high)
                share = float(looks[such].sum() / looks.sum())
                found[name].append(share / (n_such / int((ages >= 0).sum())))
    return {name: mean_interval(some, 3) for name, some in found.items() if some}


def quality_by_age(what: Scene, seen: Seen) -> dict[str, Any]:
    """Return nDCG@10 of the first 200 products, those of one age alone."""
    found: dict[str, list[float]] = {name: [] for name in AGES}
    for day, visitor, order in seen.longer:
        ages = ages_on(what, day)
        for name, (low, high) in AGES.items():
            such = (ages >= low) & (ages <= high)
            if such.any():
                worth = what.suits[visitor] * such
                found[name].append(ndcg([n for n in order if such[n]], worth))
    return {name: mean_interval(some, 3) for name, some in found.items() if some}


def wanted(what: Scene, seen: Seen) -> NDArray[np.float64]:
    """Return the clicks to be expected of each page, shape (n_pages,)."""
    pages = [what.suits[visitor, page] @ _LOOKS[: len(page)] for _, visitor, page in seen.pages]
    return np.array(pages)


def compared(what: Scene, seen: dict[str, Seen]) -> dict[str, Any]:
    """Return what each policy did, and clicks of each page less those without tries."""
    base = wanted(what, seen[BASE])
    later = np.array([day >= what.n_days / 2 for day, _, _ in seen[BASE].pages])
    found: dict[str, Any] = {}
    for name, some in seen.items():
        clicks = wanted(what, some)
        found[name] = {
            "exposure by age": exposure(what, some),
            "nDCG@10 by age": quality_by_age(what, some),
            "clicks a page": mean_interval(clicks),
            "clicks that happened": some.clicks,
            f"less {BASE}": {
                "first half": mean_interval((clicks - base)[~later]),
                "second half": mean_interval((clicks - base)[later]),
                "all": mean_interval(clicks - base),
            },
        }
    return found


def simulated(data: Path, encoder_name: str, plan: Plan) -> dict[str, Any]:
    """Return what comes of the days under every policy."""
    stock = Stock.of(data, N_OLD + plan.n_days * plan.new_a_day)
    encoder = load_encoder(encoder_name)
    with opened_index(stock, encoder_name, are_labelled=True) as whole:
        world = stock.world(CatalogItems(whole))
    what = scene(stock, world, stock.products(FOLDER / "photos", are_labelled=True), plan)
    seen = {}
    with tempfile.TemporaryDirectory() as temporary:
        old = Path(temporary) / "old"
        with ProductIndex.open(old, encoder) as index:
            index.add(what.arriving(-1))
        for name, (policy, weights) in POLICIES.items():
            place = Path(temporary) / name
            shutil.copytree(old, place / "index")
            with (
                ProductIndex.open(place / "index", encoder) as index,
                Shop(index, place, weights) as shop,
            ):
                seen[name] = run(index, shop, what, policy)
            print(name, mean_interval(wanted(what, seen[name])), flush=True)
    return compared(what, seen)


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    days: Annotated[int, typer.Option(help="Days.")] = 14,
    new: Annotated[int, typer.Option(help="New products of a day.")] = 20,
    visitors: Annotated[int, typer.Option(help="Visitors of a day, of thrice as many.")] = 60,
) -> None:
    """Simulate, write `results/new_products.json` and draw `docs/images/new_products.svg`."""
    found = simulated(data, encoder, Plan(days, new, visitors, SEED))
    command = (
        f"python -m benchmarks.new_products --data {DATA} --days {days} --new {new} "
        f"--visitors {visitors}"
    )
    shape = {"old products": N_OLD, "new a day": new, "days": days, "visitors a day": visitors}
    write_result("new_products", {**shape, "policies": found}, command=command)
    print(draw())


if __name__ == "__main__":
    typer.run(main)
