"""Orders of a catalogue by profiles alone, without a service, and what each is worth.

Visitors click through one half of a catalogue; the other half is put in order for them. What a
product is worth to a visitor comes from its labels alone; the vectors have to find it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.results_file import SEED
from benchmarks.simulator import Interest, Visit, World, gains, plant, visits
from shopwindow.ranking import (
    Profile,
    ProfileSettings,
    assign_interests,
    diversify_slate,
    score_affinity,
)
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS
from shopwindow.values.encoder import Vectors

AFTER = (1, 3, 10, 30)
TOP = 10
_DISCOUNTS = 1 / np.log2(np.arange(TOP) + 2)

Scores: TypeAlias = NDArray[np.float64]
Order: TypeAlias = Callable[[Sequence[Visit]], Scores]
VECTORS_ALONE = replace(DEFAULT_PROFILE_SETTINGS, preference_weight=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What every order is made of.

    Attributes:
        shown: The half that visitors click in.
        asked: The half that is put in order.
        background: Mean vector of the shown half, shape (dim,).
    """

    shown: World
    asked: World
    background: Vectors

    @classmethod
    def of(cls, world: World, rng: np.random.Generator) -> "Bench":
        """Return a world cut in halves at random."""
        order = rng.permutation(len(world))
        halves = [
            World(world.vectors[at], world.categories[at], world.colors[at], world.prices[at])
            for at in (np.sort(order[::2]), np.sort(order[1::2]))
        ]
        return cls(halves[0], halves[1], halves[0].vectors.mean(axis=0))

    def profile(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Profile:
        """Return what is learned of a history."""
        profile = Profile.empty("any", self.shown.vectors.shape[1])
        for visit in history:
            for touch in visit.touches:
                profile = profile.with_interaction(touch, settings)
        return profile

    def ours(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Scores:
        """Return the affinity of each product asked for."""
        profile = self.profile(history, settings)
        rows, facts = self.asked.vectors, self.asked.facts
        return score_affinity(profile, rows, facts, profile.time_s, self.background, settings)

    def mixed(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Scores:
        """Return scores of the same order with each interest having its share of places."""
        profile = self.profile(history, settings)
        rows, facts, now_s = self.asked.vectors, self.asked.facts, profile.time_s
        scores = score_affinity(profile, rows, facts, now_s, self.background, settings)
        groups, weights = assign_interests(profile, rows, now_s, self.background, settings)
        placed = np.full(len(scores), -np.inf)
        first = diversify_slate(scores, groups, weights, TOP)
        placed[first] = -np.arange(len(first))
        return placed

    def medoids(self, history: Sequence[Visit]) -> Scores:
        """Return the likeness to the best of the interests' medoids, by the same weights."""
        interests = self.profile(history).interests
        weights = interests.combine_weights(DEFAULT_PROFILE_SETTINGS.session_boost)
        rows = self.shown.vectors[[int(each) for each in interests.medoids]]
        chance = rows @ self.background
        likeness = (self.asked.vectors @ rows.T - chance) / (1 - chance)
        best: Scores = (
            likeness
            * np.minimum(1.0, weights / (DEFAULT_PROFILE_SETTINGS.saturation_share * weights.max()))
        ).max(axis=1)
        return best

    def average(self, history: Sequence[Visit]) -> Scores:
        """Return the cosine with one average of what was clicked, weighed by age as ours is."""
        clicks = [visit.touches[-1] for visit in history]
        ages_s = clicks[-1].time_s - np.array([each.time_s for each in clicks])
        weights = 0.5 ** (ages_s / DEFAULT_PROFILE_SETTINGS.half_life_s)
        weights += DEFAULT_PROFILE_SETTINGS.session_boost * 0.5 ** (
            ages_s / DEFAULT_PROFILE_SETTINGS.session_half_life_s
        )
        mean = weights @ np.array([each.vector for each in clicks])
        return np.asarray(self.asked.vectors @ mean, dtype=np.float64)


def ndcg(scores: Scores, worth: NDArray[np.int64]) -> float:
    """Return nDCG at ten of an order against what each product is worth, 0 to 1."""
    best = np.sort(worth)[::-1][:TOP] @ _DISCOUNTS
    return float(worth[_first(scores)] @ _DISCOUNTS / best) if best else 0.0


def _first(scores: Scores) -> NDArray[np.int64]:
    return np.asarray(np.argsort(-scores, kind="stable")[:TOP], dtype=np.int64)


def has_both(scores: Scores, world: World, tastes: Sequence[Interest]) -> bool:
    """Return whether each of the tastes has at least two of the first ten."""
    categories = world.categories[_first(scores)]
    return all((categories == each.category).sum() >= 2 for each in tastes)


def measure(bench: Bench, n_visitors: int, seed: int = SEED) -> dict[str, Any]:
    """Measure every order after 1, 3, 10 and 30 clicks of each visitor.

    Returns:
        By clicks: nDCG@10 of each order with its standard error, ours less each rival, and the
        share of visitors who find both interests.
    """
    rng = np.random.default_rng(seed)
    tastes = [plant(bench.shown, rng) for _ in range(n_visitors)]
    histories = [list(islice(visits(bench.shown, each, rng), max(AFTER))) for each in tastes]
    popular = _popular(bench, histories)
    orders: dict[str, Order] = {
        "ours": bench.ours,
        "ours, vectors alone": lambda h: bench.ours(h, VECTORS_ALONE),
        "ours, mixed": bench.mixed,
        "ours, vectors alone, mixed": lambda h: bench.mixed(h, VECTORS_ALONE),
        "medoids": bench.medoids,
        "average vector": bench.average,
        "popularity": lambda _: popular,
        "random": lambda _: rng.random(len(bench.asked)),
    }
    return {str(n): _after(bench, tastes, [h[:n] for h in histories], orders) for n in AFTER}


def _popular(bench: Bench, histories: Sequence[Sequence[Visit]]) -> Scores:
    """Return how often products of the same category and colour were clicked by anybody."""
    clicked: dict[tuple[str, str], float] = {}
    for history in histories:
        for visit in history:
            facts = visit.touches[-1].attributes
            key = (facts.category, facts.color)
            clicked[key] = clicked.get(key, 0.0) + 1
    return np.array([clicked.get((f.category, f.color), 0.0) for f in bench.asked.facts])


def _after(
    bench: Bench,
    tastes: Sequence[tuple[Interest, Interest]],
    histories: Sequence[Sequence[Visit]],
    orders: dict[str, Order],
) -> dict[str, Any]:
    worth = [gains(bench.asked, each) for each in tastes]
    scored = {name: [order(h) for h in histories] for name, order in orders.items()}
    scored["ours, shuffled"] = scored["ours"][1:] + scored["ours"][:1]
    values = {
        name: np.array([ndcg(s, w) for s, w in zip(some, worth, strict=True)])
        for name, some in scored.items()
    }
    both = {
        name: np.mean([has_both(s, bench.asked, t) for s, t in zip(some, tastes, strict=True)])
        for name, some in scored.items()
    }
    less = {name: values["ours"] - some for name, some in values.items() if name != "ours"}
    less["shuffled less random"] = values["ours, shuffled"] - values["random"]
    less["shuffled less popularity"] = values["ours, shuffled"] - values["popularity"]
    less["vectors alone less average"] = values["ours, vectors alone"] - values["average vector"]
    return {
        "nDCG@10": {name: _mean_and_error(some) for name, some in values.items()},
        "ours less (or as named)": {name: _mean_and_error(some) for name, some in less.items()},
        "visitors with both interests": {name: round(float(n), 3) for name, n in both.items()},
    }


def _mean_and_error(values: NDArray[np.float64]) -> list[float]:
    error = values.std(ddof=1) / np.sqrt(len(values))
    return [round(float(values.mean()), 4), round(float(error), 4)]
