"""How new products get impressions, and what that costs: days of a shop under several policies.

`python -m benchmarks.new_products --data FOLDER` fills a shop with old products whose visitors have
clicked before, adds new ones every day, and lets the same visitors come under each policy. They
examine a position with a probability of 1 / log2(1 + position), and click by their planted tastes
and by a quality of each product that no policy knows.
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
    ImpressionLog,
    Plan,
    Policy,
    Scene,
    make_scene,
    rank_by_popularity,
    rank_by_service,
    run,
)
from benchmarks.results_file import SEED, write_result
from benchmarks.taste_persons import ndcg
from benchmarks.taste_shop import FOLDER, Shop, Stock, open_index
from embed import load_encoder
from index import ProductIndex
from shopwindow.personalization import CatalogItems
from shopwindow.personalization.product_stats import examination_probability

N_OLD = 900
NO_EXPLORATION = "[exploration]\nrate = 0.0\n"
NO_COUNTS = "[recommendations]\npopularity = 0.0\nco_engagement = 0.0\n"
BASE = "content and inheritance"
POLICIES: dict[str, tuple[Policy, str]] = {
    "popularity": (rank_by_popularity, NO_EXPLORATION),
    "content": (rank_by_service, NO_EXPLORATION + NO_COUNTS),
    BASE: (rank_by_service, NO_EXPLORATION),
    "and 5 % tried": (rank_by_service, "[exploration]\nrate = 0.05\n"),
    "and 10 % tried": (rank_by_service, "[exploration]\nrate = 0.1\n"),
    "and 20 % tried": (rank_by_service, "[exploration]\nrate = 0.2\n"),
}
AGES = {
    "0": (0, 0),
    "1": (1, 1),
    "2-3": (2, 3),
    "4-6": (4, 6),
    "7-": (7, OLD_DAYS - 1),
    "old": (OLD_DAYS, 999),
}
"""Ages in days; products from before the first day are old."""

_EXAMINATION = np.array([examination_probability(place) for place in range(1, TOP + 1)])


def compute_ages(scene: Scene, day: int) -> NDArray[np.int64]:
    """Return the age of each product on a day; below zero for those that have not arrived."""
    return np.where(scene.arrives < 0, OLD_DAYS + day, day - scene.arrives)


def compute_exposure(scene: Scene, log: ImpressionLog) -> dict[str, Any]:
    """Return the exposure of a product of each age, relative to that of any product."""
    values: dict[str, list[float]] = {name: [] for name in AGES}
    for day, _, page in log.pages:
        ages = compute_ages(scene, day)
        weights = _EXAMINATION[: len(page)]
        for name, (low, high) in AGES.items():
            n_of_age = int(((ages >= low) & (ages <= high)).sum())
            if n_of_age:
                is_of_age = (ages[page] >= low) & (ages[page] <= high)
                share = float(weights[is_of_age].sum() / weights.sum())
                values[name].append(share / (n_of_age / int((ages >= 0).sum())))
    return {name: mean_interval(age_values, 3) for name, age_values in values.items() if age_values}


def compute_ndcg_by_age(scene: Scene, log: ImpressionLog) -> dict[str, Any]:
    """Return nDCG@10 of the first 200 products, by age, each age ranked alone."""
    values: dict[str, list[float]] = {name: [] for name in AGES}
    for day, visitor, order in log.long_pages:
        ages = compute_ages(scene, day)
        for name, (low, high) in AGES.items():
            is_of_age = (ages >= low) & (ages <= high)
            if is_of_age.any():
                grades = scene.click_probabilities[visitor] * is_of_age
                values[name].append(ndcg([n for n in order if is_of_age[n]], grades))
    return {name: mean_interval(age_values, 3) for name, age_values in values.items() if age_values}


def compute_expected_clicks(scene: Scene, log: ImpressionLog) -> NDArray[np.float64]:
    """Return the expected clicks of each page, shape (n_pages,)."""
    pages = [
        scene.click_probabilities[visitor, page] @ _EXAMINATION[: len(page)]
        for _, visitor, page in log.pages
    ]
    return np.array(pages)


def compare_policies(scene: Scene, logs: dict[str, ImpressionLog]) -> dict[str, Any]:
    """Return the results of each policy, and its clicks per page minus those of the baseline."""
    baseline_clicks = compute_expected_clicks(scene, logs[BASE])
    is_later = np.array([day >= scene.n_days / 2 for day, _, _ in logs[BASE].pages])
    values: dict[str, Any] = {}
    for name, policy_log in logs.items():
        clicks = compute_expected_clicks(scene, policy_log)
        values[name] = {
            "exposure by age": compute_exposure(scene, policy_log),
            "nDCG@10 by age": compute_ndcg_by_age(scene, policy_log),
            "clicks a page": mean_interval(clicks),
            "clicks that happened": policy_log.clicks,
            f"less {BASE}": {
                "first half": mean_interval((clicks - baseline_clicks)[~is_later]),
                "second half": mean_interval((clicks - baseline_clicks)[is_later]),
                "all": mean_interval(clicks - baseline_clicks),
            },
        }
    return values


def simulate(data: Path, encoder_name: str, plan: Plan) -> dict[str, Any]:
    """Return the results of the days under every policy."""
    stock = Stock.sample(data, N_OLD + plan.n_days * plan.new_per_day)
    encoder = load_encoder(encoder_name)
    with open_index(stock, encoder_name, are_labelled=True) as whole:
        world = stock.make_world(CatalogItems(whole))
    scene = make_scene(
        stock, world, stock.write_products(FOLDER / "photos", are_labelled=True), plan
    )
    logs = {}
    with tempfile.TemporaryDirectory() as temporary:
        old_index = Path(temporary) / "old"
        with ProductIndex.open(old_index, encoder) as index:
            index.add(scene.arriving(-1))
        for name, (policy, weights) in POLICIES.items():
            folder = Path(temporary) / name
            shutil.copytree(old_index, folder / "index")
            with (
                ProductIndex.open(folder / "index", encoder) as index,
                Shop(index, folder, weights) as shop,
            ):
                logs[name] = run(index, shop, scene, policy)
            print(name, mean_interval(compute_expected_clicks(scene, logs[name])), flush=True)
    return compare_policies(scene, logs)


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    days: Annotated[int, typer.Option(help="Days.")] = 14,
    new: Annotated[int, typer.Option(help="New products of a day.")] = 20,
    visitors: Annotated[int, typer.Option(help="Visitors of a day, of thrice as many.")] = 60,
) -> None:
    """Simulate, write `results/new_products.json` and draw `docs/images/new_products.svg`."""
    values = simulate(data, encoder, Plan(days, new, visitors, SEED))
    command = (
        f"python -m benchmarks.new_products --data {DATA} --days {days} --new {new} "
        f"--visitors {visitors}"
    )
    shape = {"old products": N_OLD, "new a day": new, "days": days, "visitors a day": visitors}
    write_result("new_products", {**shape, "policies": values}, command=command)
    print(draw())


if __name__ == "__main__":
    typer.run(main)
