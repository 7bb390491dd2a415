"""Simulated visitors of a shop: two planted tastes, thirty clicks, then a change of taste."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import Interest, Visit, World, gains, plant, visits
from benchmarks.taste_shop import START_S
from shopwindow.ranking.profile_settings import DAY_S

AFTER = (1, 3, 10, 30)
TOP = 10
DRIFT_AT_MOST = 40
LEAST_IN_CATEGORY = 40
_COME_WITHIN_S = 600.0
"""All come at about one time, so that what products are expected to do is found out once."""

_DISCOUNTS = 1 / np.log2(np.arange(TOP) + 2)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One simulated visitor.

    Attributes:
        user_id: Their id.
        tastes: What they like.
        history: Their clicks on both tastes.
        new_taste: What they like a week later, instead.
        later: Their clicks on that.
        worth: What each product is worth to them by the first tastes, 0 to 3, shape (n_products,).
    """

    user_id: str
    tastes: tuple[Interest, Interest]
    history: Sequence[Visit]
    new_taste: Interest
    later: Sequence[Visit]
    worth: NDArray[np.int64]

    def clicked(self, n_clicks: int) -> list[int]:
        """Return the products of the first clicks, once each."""
        return list(dict.fromkeys(visit.clicked for visit in self.history[:n_clicks]))

    def worth_left(self, n_clicks: int) -> NDArray[np.int64]:
        """Return what each product is worth after some clicks: what was clicked is done with."""
        left = self.worth.copy()
        left[self.clicked(n_clicks)] = 0
        return left


def persons(world: World, n_persons: int, n_drifting: int, seed: int) -> list[Person]:
    """Return visitors who come at about one time; the first of them change their taste later."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(n_persons):
        tastes = plant(world, rng, LEAST_IN_CATEGORY)
        start_s = START_S + float(rng.uniform(0, _COME_WITHIN_S))
        history = list(islice(visits(world, tastes, rng, start_s), max(AFTER)))
        new_taste = _other(world, tastes, rng)
        again_s = history[-1].time_s + 7 * DAY_S
        clicks = islice(visits(world, (new_taste,), rng, again_s), DRIFT_AT_MOST)
        later = list(clicks) if n < n_drifting else []
        worth = gains(world, tastes)
        found.append(Person(f"visitor-{n}", tastes, history, new_taste, later, worth))
    return found


def _other(world: World, old: Sequence[Interest], rng: np.random.Generator) -> Interest:
    while True:
        taste = plant(world, rng, LEAST_IN_CATEGORY)[0]
        if all(taste.category != each.category for each in old):
            return taste


def ndcg(order: Sequence[int], worth: NDArray[np.int64]) -> float:
    """Return nDCG at ten of products in their order, 0 to 1; 0 where nothing is worth anything."""
    got = worth[list(order[:TOP])]
    most = np.sort(worth)[::-1][:TOP]
    best = float(most @ _DISCOUNTS[: len(most)])
    return float(got @ _DISCOUNTS[: len(got)]) / best if best else 0.0


def has_both(order: Sequence[int], world: World, tastes: Sequence[Interest]) -> bool:
    """Return whether each of the tastes has at least two of the first ten."""
    categories = world.categories[list(order[:TOP])]
    return all((categories == each.category).sum() >= 2 for each in tastes)


def leads(order: Sequence[int], world: World, taste: Interest) -> bool:
    """Return whether a taste has more than half of the first ten."""
    categories = world.categories[list(order[:TOP])]
    return bool((categories == taste.category).sum() > TOP // 2)
