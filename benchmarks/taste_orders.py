"""Rankings of a catalogue by profiles alone, without a service, and their quality.

Visitors click in one half of a catalogue; the other half is ranked for them. The grade of a product
comes from its labels alone; the vectors have to find it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.results_file import SEED
from benchmarks.simulator import Interest, Visit, World, grade_products, plant, visits
from shopwindow.ranking import (
    Profile,
    ProfileSettings,
    assign_interests,
    diversify_slate,
    score_affinity,
)
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS
from shopwindow.values.encoder import Vectors

CLICK_COUNTS = (1, 3, 10, 30)
TOP = 10
_DISCOUNTS = 1 / np.log2(np.arange(TOP) + 2)

Scores: TypeAlias = NDArray[np.float64]
Ranker: TypeAlias = Callable[[Sequence[Visit]], Scores]
VECTORS_ALONE = replace(DEFAULT_PROFILE_SETTINGS, preference_weight=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The data of every ranker.

    Attributes:
        clicked_half: The half that visitors click in.
        ranked_half: The half that is ranked.
        catalog_mean: Mean vector of the clicked half, shape (dim,).
    """

    clicked_half: World
    ranked_half: World
    catalog_mean: Vectors

    @classmethod
    def from_world(cls, world: World, rng: np.random.Generator) -> "Bench":
        """Return a bench on a world that is split at random."""
        shuffled = rng.permutation(len(world))
        halves = [
            World(
                world.vectors[indices],
                world.categories[indices],
                world.colors[indices],
                world.prices[indices],
            )
            for indices in (np.sort(shuffled[::2]), np.sort(shuffled[1::2]))
        ]
        return cls(halves[0], halves[1], halves[0].vectors.mean(axis=0))

    def learn_profile(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Profile:
        """Return the profile that is learned from a history."""
        learn_profile = Profile.empty("any", self.clicked_half.vectors.shape[1])
        for visit in history:
            for touch in visit.interactions:
                learn_profile = learn_profile.with_interaction(touch, settings)
        return learn_profile

    def score_by_affinity(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Scores:
        """Return the affinity of each product of the ranked half."""
        learn_profile = self.learn_profile(history, settings)
        vectors, attributes = self.ranked_half.vectors, self.ranked_half.attributes
        return score_affinity(
            learn_profile, vectors, attributes, learn_profile.time_s, self.catalog_mean, settings
        )

    def score_by_slate(
        self, history: Sequence[Visit], settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> Scores:
        """Return scores in the order of a slate that gives each interest its share."""
        learn_profile = self.learn_profile(history, settings)
        vectors, attributes, now_s = (
            self.ranked_half.vectors,
            self.ranked_half.attributes,
            learn_profile.time_s,
        )
        scores = score_affinity(
            learn_profile, vectors, attributes, now_s, self.catalog_mean, settings
        )
        groups, weights = assign_interests(
            learn_profile, vectors, now_s, self.catalog_mean, settings
        )
        slate_scores = np.full(len(scores), -np.inf)
        slate = diversify_slate(scores, groups, weights, TOP)
        slate_scores[slate] = -np.arange(len(slate))
        return slate_scores

    def score_by_medoids(self, history: Sequence[Visit]) -> Scores:
        """Return the similarity to the best interest's medoid, with the same weights."""
        interests = self.learn_profile(history).interests
        weights = interests.combine_weights(DEFAULT_PROFILE_SETTINGS.session_boost)
        vectors = self.clicked_half.vectors[[int(medoid) for medoid in interests.medoids]]
        baselines = vectors @ self.catalog_mean
        similarities = (self.ranked_half.vectors @ vectors.T - baselines) / (1 - baselines)
        scores: Scores = (
            similarities
            * np.minimum(1.0, weights / (DEFAULT_PROFILE_SETTINGS.saturation_share * weights.max()))
        ).max(axis=1)
        return scores

    def score_by_average(self, history: Sequence[Visit]) -> Scores:
        """Return the cosine with one average of the clicks, weighted by age as in a profile."""
        clicks = [visit.interactions[-1] for visit in history]
        ages_s = clicks[-1].time_s - np.array([click.time_s for click in clicks])
        weights = 0.5 ** (ages_s / DEFAULT_PROFILE_SETTINGS.half_life_s)
        weights += DEFAULT_PROFILE_SETTINGS.session_boost * 0.5 ** (
            ages_s / DEFAULT_PROFILE_SETTINGS.session_half_life_s
        )
        average = weights @ np.array([click.vector for click in clicks])
        return np.asarray(self.ranked_half.vectors @ average, dtype=np.float64)


def ndcg(scores: Scores, grades: NDArray[np.int64]) -> float:
    """Return nDCG@10 of scores against grades, 0 to 1."""
    ideal = np.sort(grades)[::-1][:TOP] @ _DISCOUNTS
    return float(grades[_select_top(scores)] @ _DISCOUNTS / ideal) if ideal else 0.0


def _select_top(scores: Scores) -> NDArray[np.int64]:
    return np.asarray(np.argsort(-scores, kind="stable")[:TOP], dtype=np.int64)


def covers_both(scores: Scores, world: World, tastes: Sequence[Interest]) -> bool:
    """Return whether each taste has at least two of the first ten."""
    categories = world.categories[_select_top(scores)]
    return all((categories == taste.category).sum() >= 2 for taste in tastes)


def measure(bench: Bench, n_visitors: int, seed: int = SEED) -> dict[str, Any]:
    """Measure every ranker after 1, 3, 10 and 30 clicks of each visitor.

    Returns:
        By clicks: nDCG@10 of each ranker with its standard error, the differences, and the share
        of visitors whose first ten cover both tastes.
    """
    rng = np.random.default_rng(seed)
    tastes = [plant(bench.clicked_half, rng) for _ in range(n_visitors)]
    histories = [
        list(islice(visits(bench.clicked_half, visitor_tastes, rng), max(CLICK_COUNTS)))
        for visitor_tastes in tastes
    ]
    popularity_scores = _count_clicks(bench, histories)
    rankers: dict[str, Ranker] = {
        "ours": bench.score_by_affinity,
        "ours, vectors alone": lambda history: bench.score_by_affinity(history, VECTORS_ALONE),
        "ours, mixed": bench.score_by_slate,
        "ours, vectors alone, mixed": lambda history: bench.score_by_slate(history, VECTORS_ALONE),
        "medoids": bench.score_by_medoids,
        "average vector": bench.score_by_average,
        "popularity": lambda _: popularity_scores,
        "random": lambda _: rng.random(len(bench.ranked_half)),
    }
    return {
        str(n_clicks): _measure_after(
            bench, tastes, [history[:n_clicks] for history in histories], rankers
        )
        for n_clicks in CLICK_COUNTS
    }


def _count_clicks(bench: Bench, histories: Sequence[Sequence[Visit]]) -> Scores:
    """Return how often products of the same category and colour were clicked, by anybody."""
    clicks_by_label: dict[tuple[str, str], float] = {}
    for history in histories:
        for visit in history:
            attributes = visit.interactions[-1].attributes
            key = (attributes.category, attributes.color)
            clicks_by_label[key] = clicks_by_label.get(key, 0.0) + 1
    return np.array(
        [
            clicks_by_label.get((attributes.category, attributes.color), 0.0)
            for attributes in bench.ranked_half.attributes
        ]
    )


def _measure_after(
    bench: Bench,
    tastes: Sequence[tuple[Interest, Interest]],
    histories: Sequence[Sequence[Visit]],
    rankers: dict[str, Ranker],
) -> dict[str, Any]:
    grades = [grade_products(bench.ranked_half, visitor_tastes) for visitor_tastes in tastes]
    scores_by_ranker = {name: [ranker(h) for h in histories] for name, ranker in rankers.items()}
    scores_by_ranker["ours, shuffled"] = scores_by_ranker["ours"][1:] + scores_by_ranker["ours"][:1]
    values = {
        name: np.array(
            [
                ndcg(scores, visitor_grades)
                for scores, visitor_grades in zip(ranker_scores, grades, strict=True)
            ]
        )
        for name, ranker_scores in scores_by_ranker.items()
    }
    covers = {
        name: np.mean(
            [
                covers_both(scores, bench.ranked_half, visitor_tastes)
                for scores, visitor_tastes in zip(ranker_scores, tastes, strict=True)
            ]
        )
        for name, ranker_scores in scores_by_ranker.items()
    }
    differences = {
        name: values["ours"] - ranker_values
        for name, ranker_values in values.items()
        if name != "ours"
    }
    differences["shuffled less random"] = values["ours, shuffled"] - values["random"]
    differences["shuffled less popularity"] = values["ours, shuffled"] - values["popularity"]
    differences["vectors alone less average"] = (
        values["ours, vectors alone"] - values["average vector"]
    )
    return {
        "nDCG@10": {name: _mean_and_error(ranker_values) for name, ranker_values in values.items()},
        "ours less (or as named)": {
            name: _mean_and_error(ranker_values) for name, ranker_values in differences.items()
        },
        "visitors with both interests": {
            name: round(float(share), 3) for name, share in covers.items()
        },
    }


def _mean_and_error(values: NDArray[np.float64]) -> list[float]:
    error = values.std(ddof=1) / np.sqrt(len(values))
    return [round(float(values.mean()), 4), round(float(error), 4)]
