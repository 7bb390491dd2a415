"""Complements: products that were shown in one room, retrieved from one of them.

`python -m benchmarks.complements --data FOLDER` ranks the whole catalogue for each product of a
room; the relevant ones are the room's other products. Baskets come from other rooms. What each
contribution is worth is measured on validation rooms, where the weights were fitted too
(`benchmarks.complement_weights`); the ranker against baselines on test rooms that no choice has
seen. Every room counts the same, and errors are those of means over rooms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.complement_weights import CONTRIBUTIONS, UNIT, add_popularity, score_catalog
from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.results_file import SEED, write_result
from benchmarks.rooms import Catalogue, Room, read_catalogue, split
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.measures import parse_measure
from shopwindow.ranking import BasketCounter, ComplementWeights, ScoredComplements, round_robin
from shopwindow.ranking.complement_ranker import DEFAULT_COMPLEMENT_WEIGHTS

RECALL, NDCG = parse_measure("recall@10"), parse_measure("nDCG@10")
TOP = 10
SHOPWINDOW = "ours"

Ranker: TypeAlias = Callable[[int], Sequence[int]]
"""Maps a product's index to the indices of its ten best complements."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The ten best complements of one product of a room, evaluated.

    Attributes:
        room: Index of the room.
        is_in_baskets: Whether the anchor was in a room of the baskets.
        recall: recall@10 of the room's other products.
        ndcg: nDCG@10 of them.
        recall_new: recall@10 of those that were in no room of the baskets; None without any.
        n_categories: Different categories among the ten.
    """

    room: int
    is_in_baskets: bool
    recall: float
    ndcg: float
    recall_new: float | None
    n_categories: int


class Bench:
    """One catalogue with the baskets of some rooms.

    Args:
        catalogue: All products.
        baskets: Counts of the rooms to learn from.
    """

    def __init__(self, catalogue: Catalogue, baskets: BasketCounter) -> None:
        self.catalogue = catalogue
        self.baskets = baskets
        self._traits = add_popularity(catalogue, baskets)
        self._unweighted: dict[int, ScoredComplements] = {}

    def rank_complements(
        self, weights: ComplementWeights = DEFAULT_COMPLEMENT_WEIGHTS, per_category: int = 2
    ) -> Ranker:
        """Return the ranker with some weights of the contributions."""

        def rank(anchor: int) -> list[int]:
            complements = self._unweighted.get(anchor)
            if complements is None:
                complements = score_catalog(
                    self.catalogue, self._traits, self.baskets, anchor, UNIT
                )
                self._unweighted[anchor] = complements
            weighted = {
                name: getattr(weights, name) * contribution
                for name, contribution in complements.contributions.items()
            }
            return replace(complements, contributions=weighted).select_best(TOP, per_category)

        return rank

    def make_baselines(self) -> dict[str, Ranker]:
        """Return the simple baselines."""
        rng = np.random.default_rng(SEED)
        features = self.catalogue.features
        categories = np.array([product.category for product in features])
        counts = np.array(
            [self.baskets.get_count(product.product_id) for product in features], float
        )
        counts_by_category = {
            category: counts[categories == category].sum() for category in set(categories.tolist())
        }
        category_counts = np.array(
            [counts_by_category[category] for category in categories.tolist()]
        )
        photos, texts = self.catalogue.photos, self.catalogue.texts
        return {
            "chance": lambda anchor: _select_first(rng.random(len(categories)), anchor),
            "popular kinds": lambda anchor: _select_first(
                category_counts + rng.random(len(categories)), anchor
            ),
            "popular products": lambda anchor: _select_first(
                counts + rng.random(len(categories)), anchor
            ),
            "photos": lambda anchor: _select_first(photos @ photos[anchor], anchor),
            "photos of other kinds": lambda anchor: _select_first(
                _mask_category(photos @ photos[anchor], categories, anchor), anchor
            ),
            "texts": lambda anchor: _select_first(texts @ texts[anchor], anchor),
            "texts of other kinds": lambda anchor: _select_first(
                _mask_category(texts @ texts[anchor], categories, anchor), anchor
            ),
            "texts of other kinds, by turns": lambda anchor: _select_by_rounds(
                _mask_category(texts @ texts[anchor], categories, anchor), categories, anchor
            ),
        }

    def evaluate(self, order: Ranker, rooms: Sequence[Room]) -> list[Answer]:
        """Return the evaluation of a ranker for each product of some rooms."""
        features = self.catalogue.features
        is_known = [self.baskets.get_count(product.product_id) > 0 for product in features]
        answers = []
        for number, room in enumerate(rooms):
            for anchor in room:
                top = list(order(anchor))
                ranking = [str(product) for product in top]
                grades = {str(product): 1.0 for product in room if product != anchor}
                new_grades = {name: 1.0 for name in grades if not is_known[int(name)]}
                answers.append(
                    Answer(
                        number,
                        is_known[anchor],
                        RECALL.compute(ranking, grades),
                        NDCG.compute(ranking, grades),
                        RECALL.compute(ranking, new_grades) if new_grades else None,
                        len({features[product].category for product in top}),
                    )
                )
        return answers


def _select_first(scores: NDArray[Any], anchor: int) -> list[int]:
    indices = np.argsort(-scores, kind="stable")[: TOP + 1].tolist()
    return [index for index in indices if index != anchor][:TOP]


def _mask_category(scores: NDArray[Any], categories: NDArray[np.str_], anchor: int) -> NDArray[Any]:
    return np.where(categories == categories[anchor], -np.inf, scores)


def _select_by_rounds(scores: NDArray[Any], categories: NDArray[np.str_], anchor: int) -> list[int]:
    return [
        index for index in round_robin(scores, categories.tolist(), TOP + 1) if index != anchor
    ][:TOP]


def average_by_room(
    answers: Sequence[Answer], value: Callable[[Answer], float | None]
) -> dict[str, float]:
    """Return the mean of a value over the anchors of each room that has one."""
    rooms: dict[str, list[float]] = {}
    for answer in answers:
        number = value(answer)
        if number is not None:
            rooms.setdefault(str(answer.room), []).append(number)
    return {room: float(np.mean(values)) for room, values in rooms.items()}


VALUES: Mapping[str, Callable[[Answer], float | None]] = {
    "recall@10": lambda answer: answer.recall,
    "nDCG@10": lambda answer: answer.ndcg,
    "recall@10, anchor seen in no room": lambda answer: (
        None if answer.is_in_baskets else answer.recall
    ),
    "recall@10, anchor seen": lambda answer: answer.recall if answer.is_in_baskets else None,
    "recall@10 of things seen in no room": lambda answer: answer.recall_new,
    "recall@10 of things seen in no room, anchor neither": lambda answer: (
        None if answer.is_in_baskets else answer.recall_new
    ),
    "kinds in the first ten": lambda answer: answer.n_categories,
}
"""What is reported; "seen" is in the rooms of the baskets."""


def summarize(answers: Sequence[Answer]) -> dict[str, list[float]]:
    """Return each value's mean over rooms and its standard error."""
    summary = {}
    for name, value in VALUES.items():
        means = np.array(list(average_by_room(answers, value).values()))
        error = means.std(ddof=1) / np.sqrt(len(means))
        summary[name] = [round(float(means.mean()), 4), round(float(error), 4)]
    return summary


def compare_recall(first: Sequence[Answer], second: Sequence[Answer]) -> dict[str, float]:
    """Return the second less the first in recall@10, over rooms, with its interval and p."""
    comparison = compare(
        average_by_room(first, VALUES["recall@10"]),
        average_by_room(second, VALUES["recall@10"]),
        SEED,
    )
    values = {
        "difference": comparison.difference,
        "low": comparison.ci_low,
        "high": comparison.ci_high,
        "p": comparison.p_value,
    }
    return {name: round(value, 4) for name, value in values.items()}


def validate(catalogue: Catalogue, folds: Sequence[Sequence[Room]]) -> dict[str, Any]:
    """Return the results with each choice undone, each fold evaluated with the others' baskets."""
    answers: dict[str, list[Answer]] = {}
    for number, fold in enumerate(folds):
        training_rooms = [
            room for other_fold in folds if other_fold is not fold for room in other_fold
        ]
        bench = Bench(catalogue, catalogue.count_baskets(training_rooms))
        without_parents = _count_without_parents(catalogue, training_rooms)
        orders = {
            SHOPWINDOW: bench.rank_complements(),
            "one of a kind": bench.rank_complements(per_category=1),
            "three of a kind": bench.rank_complements(per_category=3),
            "any of a kind": bench.rank_complements(per_category=TOP),
            **{
                f"without {name}": bench.rank_complements(_make_weights_without(name))
                for name in CONTRIBUTIONS
            },
            "popularity 0.1": bench.rank_complements(
                replace(DEFAULT_COMPLEMENT_WEIGHTS, popularity=0.1)
            ),
            "baskets 0.1": bench.rank_complements(
                replace(DEFAULT_COMPLEMENT_WEIGHTS, co_purchase=0.1)
            ),
            "baskets 0.4": bench.rank_complements(
                replace(DEFAULT_COMPLEMENT_WEIGHTS, co_purchase=0.4)
            ),
            "kinds without families": Bench(catalogue, without_parents).rank_complements(),
        }
        for name, order in orders.items():
            fold_answers = bench.evaluate(order, fold)
            answers.setdefault(name, []).extend(
                replace(answer, room=answer.room * len(folds) + number) for answer in fold_answers
            )
    return _tabulate(answers)


def _make_weights_without(name: str) -> ComplementWeights:
    return replace(DEFAULT_COMPLEMENT_WEIGHTS, **{name: 0.0})


def _count_without_parents(catalogue: Catalogue, rooms: Sequence[Room]) -> BasketCounter:
    features = [replace(product, parent_category="") for product in catalogue.features]
    return BasketCounter.from_baskets([[features[n] for n in room] for room in rooms])


def evaluate_on_test_rooms(
    catalogue: Catalogue, training_rooms: Sequence[Room], rooms: Sequence[Room]
) -> dict[str, Any]:
    """Return the results of the ranker and its baselines on rooms that no choice has seen."""
    bench = Bench(catalogue, catalogue.count_baskets(training_rooms))
    orders = {
        SHOPWINDOW: bench.rank_complements(),
        "ours, one of a kind": bench.rank_complements(per_category=1),
        "ours, any of a kind": bench.rank_complements(per_category=TOP),
        "ours, no room known": Bench(catalogue, BasketCounter()).rank_complements(),
        **bench.make_baselines(),
    }
    return _tabulate({name: bench.evaluate(order, rooms) for name, order in orders.items()})


def _tabulate(answers: Mapping[str, Sequence[Answer]]) -> dict[str, Any]:
    return {
        "means over rooms and standard errors": {
            name: summarize(setting_answers) for name, setting_answers in answers.items()
        },
        f"{SHOPWINDOW}, less others, recall@10": {
            name: compare_recall(setting_answers, answers[SHOPWINDOW])
            for name, setting_answers in answers.items()
            if name != SHOPWINDOW
        },
    }


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/complements.json`."""
    catalogue = read_catalogue(data, encoder)
    test_rooms, folds = split(catalogue.rooms)
    training_rooms = [room for fold in folds for room in fold]
    result: dict[str, Any] = {
        "encoder": catalogue.encoder,
        "n_products": len(catalogue.features),
        "n_kinds": len({product.category for product in catalogue.features}),
        "n_rooms": {"learned from and validated": len(training_rooms), "tested": len(test_rooms)},
        "n_anchors": sum(len(room) for room in test_rooms),
        "validation rooms": validate(catalogue, folds),
        "test rooms": evaluate_on_test_rooms(catalogue, training_rooms, test_rooms),
    }
    for name in ("validation rooms", "test rooms"):
        for table in result[name].values():
            for setting, row in table.items():
                print(f"{name}: {setting:32} {row}")
    write_result("complements", result, command="python -m benchmarks.complements --data FOLDER")


if __name__ == "__main__":
    typer.run(main)
