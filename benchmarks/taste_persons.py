"""Simulated visitors of a shop: two planted tastes, thirty clicks, then a change of taste."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import Interest, Visit, World, grade_products, plant, visits
from benchmarks.taste_shop import START_S
from shopwindow.ranking.profile_settings import DAY_S

CLICK_COUNTS = (1, 3, 10, 30)
TOP = 10
MAX_DRIFT_CLICKS = 40
MIN_CATEGORY_SIZE = 40
_ARRIVAL_WINDOW_S = 600.0
"""All arrive within this time, so that engagement estimates are computed once."""

_DISCOUNTS = 1 / np.log2(np.arange(TOP) + 2)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedVisitor:
    """One simulated visitor.

    Attributes:
        user_id: Their id.
        tastes: Their tastes.
        history: Their clicks on both tastes.
        new_taste: Their taste a week later, instead.
        drift_history: Their clicks on that.
        grades: Grade of each product by the first tastes, 0 to 3, shape (n_products,).
    """

    user_id: str
    tastes: tuple[Interest, Interest]
    history: Sequence[Visit]
    new_taste: Interest
    drift_history: Sequence[Visit]
    grades: NDArray[np.int64]

    def clicked(self, n_clicks: int) -> list[int]:
        """Return the products of the first clicks, without repetition."""
        return list(dict.fromkeys(visit.clicked for visit in self.history[:n_clicks]))

    def remaining_grades(self, n_clicks: int) -> NDArray[np.int64]:
        """Return the grades after some clicks: clicked products have 0."""
        remaining = self.grades.copy()
        remaining[self.clicked(n_clicks)] = 0
        return remaining


def simulate_visitors(
    world: World, n_visitors: int, n_drifting: int, seed: int
) -> list[SimulatedVisitor]:
    """Return visitors who arrive at about one time; the first of them change their taste later."""
    rng = np.random.default_rng(seed)
    visitors = []
    for number in range(n_visitors):
        tastes = plant(world, rng, MIN_CATEGORY_SIZE)
        start_s = START_S + float(rng.uniform(0, _ARRIVAL_WINDOW_S))
        history = list(islice(visits(world, tastes, rng, start_s), max(CLICK_COUNTS)))
        new_taste = _plant_other(world, tastes, rng)
        drift_start_s = history[-1].time_s + 7 * DAY_S
        clicks = islice(visits(world, (new_taste,), rng, drift_start_s), MAX_DRIFT_CLICKS)
        drift_history = list(clicks) if number < n_drifting else []
        grades = grade_products(world, tastes)
        visitors.append(
            SimulatedVisitor(f"visitor-{number}", tastes, history, new_taste, drift_history, grades)
        )
    return visitors


def _plant_other(
    world: World, old_tastes: Sequence[Interest], rng: np.random.Generator
) -> Interest:
    while True:
        taste = plant(world, rng, MIN_CATEGORY_SIZE)[0]
        if all(taste.category != old_taste.category for old_taste in old_tastes):
            return taste


def ndcg(order: Sequence[int], grades: NDArray[np.int64]) -> float:
    """Return nDCG@10 of an order, 0 to 1; 0 if all grades are 0."""
    actual = grades[list(order[:TOP])]
    ideal = np.sort(grades)[::-1][:TOP]
    ideal_gain = float(ideal @ _DISCOUNTS[: len(ideal)])
    return float(actual @ _DISCOUNTS[: len(actual)]) / ideal_gain if ideal_gain else 0.0


def covers_both(order: Sequence[int], world: World, tastes: Sequence[Interest]) -> bool:
    """Return whether each taste has at least two of the first ten."""
    categories = world.categories[list(order[:TOP])]
    return all((categories == taste.category).sum() >= 2 for taste in tastes)


def dominates(order: Sequence[int], world: World, taste: Interest) -> bool:
    """Return whether a taste has more than half of the first ten."""
    categories = world.categories[list(order[:TOP])]
    return bool((categories == taste.category).sum() > TOP // 2)
