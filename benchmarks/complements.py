"""What goes with this? Things that were shown in one room, found from one of them.

`python -m benchmarks.complements --data FOLDER` ranks the whole catalogue for each thing of a
room; right are the room's other things. Evidence comes from other rooms. What each part of ours is
worth is measured on validation rooms, where the weights were fitted too
(`benchmarks.complement_weights`); ours against rivals on test rooms that no choice has seen. Every
room counts the same, and errors are those of means over rooms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.complement_weights import PARTS, UNIT, scored, with_popularity
from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.results_file import SEED, write_result
from benchmarks.rooms import Catalogue, Room, read_catalogue, split
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.measures import parse_measure
from shopwindow.ranking import BasketCounter, ComplementWeights, ScoredComplements, round_robin
from shopwindow.ranking.complement_ranker import DEFAULT_COMPLEMENT_WEIGHTS

RECALL, NDCG = parse_measure("recall@10"), parse_measure("nDCG@10")
TOP = 10
OURS = "ours"

Order: TypeAlias = Callable[[int], Sequence[int]]
"""A product's number to the numbers of the first ten that go with it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The first ten for one thing of a room.

    Attributes:
        room: The room's number.
        is_known: Whether the anchor was in a room that evidence came from.
        recall: recall@10 of the room's other things.
        ndcg: nDCG@10 of them.
        recall_new: recall@10 of those that were in no room of the evidence; None without any.
        n_kinds: Different kinds among the ten.
    """

    room: int
    is_known: bool
    recall: float
    ndcg: float
    recall_new: float | None
    n_kinds: int


class Bench:
    """One catalogue with the evidence of some rooms.

    Args:
        catalogue: Of all products.
        evidence: Counts of the rooms to learn from.
    """

    def __init__(self, catalogue: Catalogue, evidence: BasketCounter) -> None:
        self.catalogue = catalogue
        self.evidence = evidence
        self._traits = with_popularity(catalogue, evidence)
        self._unweighted: dict[int, ScoredComplements] = {}

    def ours(
        self, weights: ComplementWeights = DEFAULT_COMPLEMENT_WEIGHTS, of_a_kind: int = 2
    ) -> Order:
        """Return our order under some weights of the parts."""

        def order(number: int) -> list[int]:
            found = self._unweighted.get(number)
            if found is None:
                found = scored(self.catalogue, self._traits, self.evidence, number, UNIT)
                self._unweighted[number] = found
            parts = {
                name: getattr(weights, name) * part for name, part in found.contributions.items()
            }
            return replace(found, contributions=parts).select_best(TOP, of_a_kind)

        return order

    def rivals(self) -> dict[str, Order]:
        """Return the simple orders that ours has to beat."""
        rng = np.random.default_rng(SEED)
        traits = self.catalogue.traits
        kinds = np.array([each.category for each in traits])
        counts = np.array([self.evidence.get_count(each.product_id) for each in traits], float)
        by_kind = {kind: counts[kinds == kind].sum() for kind in set(kinds.tolist())}
        of_kind = np.array([by_kind[kind] for kind in kinds.tolist()])
        photos, texts = self.catalogue.photos, self.catalogue.texts
        return {
            "chance": lambda n: _first(rng.random(len(kinds)), n),
            "popular kinds": lambda n: _first(of_kind + rng.random(len(kinds)), n),
            "popular products": lambda n: _first(counts + rng.random(len(kinds)), n),
            "photos": lambda n: _first(photos @ photos[n], n),
            "photos of other kinds": lambda n: _first(_others(photos @ photos[n], kinds, n), n),
            "texts": lambda n: _first(texts @ texts[n], n),
            "texts of other kinds": lambda n: _first(_others(texts @ texts[n], kinds, n), n),
            "texts of other kinds, by turns": lambda n: _turns(
                _others(texts @ texts[n], kinds, n), kinds, n
            ),
        }

    def answers(self, order: Order, rooms: Sequence[Room]) -> list[Answer]:
        """Return what an order finds for each thing of some rooms."""
        traits = self.catalogue.traits
        known = [self.evidence.get_count(each.product_id) > 0 for each in traits]
        found = []
        for number, room in enumerate(rooms):
            for anchor in room:
                first = list(order(anchor))
                ranking = [str(n) for n in first]
                grades = {str(n): 1.0 for n in room if n != anchor}
                new = {name: 1.0 for name in grades if not known[int(name)]}
                found.append(
                    Answer(
                        number,
                        known[anchor],
                        RECALL.compute(ranking, grades),
                        NDCG.compute(ranking, grades),
                        RECALL.compute(ranking, new) if new else None,
                        len({traits[n].category for n in first}),
                    )
                )
        return found


def _first(scores: NDArray[Any], anchor: int) -> list[int]:
    order = np.argsort(-scores, kind="stable")[: TOP + 1].tolist()
    return [n for n in order if n != anchor][:TOP]


def _others(scores: NDArray[Any], kinds: NDArray[np.str_], anchor: int) -> NDArray[Any]:
    return np.where(kinds == kinds[anchor], -np.inf, scores)


def _turns(scores: NDArray[Any], kinds: NDArray[np.str_], anchor: int) -> list[int]:
    return [n for n in round_robin(scores, kinds.tolist(), TOP + 1) if n != anchor][:TOP]


def by_room(answers: Sequence[Answer], value: Callable[[Answer], float | None]) -> dict[str, float]:
    """Return the mean of a value over the anchors of each room that has one."""
    rooms: dict[str, list[float]] = {}
    for each in answers:
        number = value(each)
        if number is not None:
            rooms.setdefault(str(each.room), []).append(number)
    return {room: float(np.mean(some)) for room, some in rooms.items()}


VALUES: Mapping[str, Callable[[Answer], float | None]] = {
    "recall@10": lambda each: each.recall,
    "nDCG@10": lambda each: each.ndcg,
    "recall@10, anchor seen in no room": lambda each: None if each.is_known else each.recall,
    "recall@10, anchor seen": lambda each: each.recall if each.is_known else None,
    "recall@10 of things seen in no room": lambda each: each.recall_new,
    "recall@10 of things seen in no room, anchor neither": lambda each: (
        None if each.is_known else each.recall_new
    ),
    "kinds in the first ten": lambda each: each.n_kinds,
}
"""What is reported; "seen" is in the rooms of the evidence."""


def summary(answers: Sequence[Answer]) -> dict[str, list[float]]:
    """Return each value's mean over rooms and its standard error."""
    found = {}
    for name, value in VALUES.items():
        means = np.array(list(by_room(answers, value).values()))
        error = means.std(ddof=1) / np.sqrt(len(means))
        found[name] = [round(float(means.mean()), 4), round(float(error), 4)]
    return found


def less(first: Sequence[Answer], second: Sequence[Answer]) -> dict[str, float]:
    """Return the second less the first in recall@10, over rooms, with its interval and p."""
    found = compare(by_room(first, VALUES["recall@10"]), by_room(second, VALUES["recall@10"]), SEED)
    names = ("difference", "low", "high", "p")
    return {name: round(getattr(found, name), 4) for name in names}


def validated(catalogue: Catalogue, folds: Sequence[Sequence[Room]]) -> dict[str, Any]:
    """Return ours with each choice undone, each fold found from the others."""
    answers: dict[str, list[Answer]] = {}
    for number, fold in enumerate(folds):
        learned = [room for other in folds if other is not fold for room in other]
        bench = Bench(catalogue, catalogue.baskets(learned))
        without_families = _without_families(catalogue, learned)
        orders = {
            OURS: bench.ours(),
            "one of a kind": bench.ours(of_a_kind=1),
            "three of a kind": bench.ours(of_a_kind=3),
            "any of a kind": bench.ours(of_a_kind=TOP),
            **{f"without {name}": bench.ours(_without(name)) for name in PARTS},
            "popularity 0.1": bench.ours(replace(DEFAULT_COMPLEMENT_WEIGHTS, popularity=0.1)),
            "baskets 0.1": bench.ours(replace(DEFAULT_COMPLEMENT_WEIGHTS, co_purchase=0.1)),
            "baskets 0.4": bench.ours(replace(DEFAULT_COMPLEMENT_WEIGHTS, co_purchase=0.4)),
            "kinds without families": Bench(catalogue, without_families).ours(),
        }
        for name, order in orders.items():
            some = bench.answers(order, fold)
            answers.setdefault(name, []).extend(
                replace(each, room=each.room * len(folds) + number) for each in some
            )
    return _table(answers)


def _without(name: str) -> ComplementWeights:
    return replace(DEFAULT_COMPLEMENT_WEIGHTS, **{name: 0.0})


def _without_families(catalogue: Catalogue, rooms: Sequence[Room]) -> BasketCounter:
    traits = [replace(each, parent_category="") for each in catalogue.traits]
    return BasketCounter.from_baskets([[traits[n] for n in room] for room in rooms])


def tested(catalogue: Catalogue, learned: Sequence[Room], rooms: Sequence[Room]) -> dict[str, Any]:
    """Return ours and its rivals on rooms that nothing was chosen by."""
    bench = Bench(catalogue, catalogue.baskets(learned))
    orders = {
        OURS: bench.ours(),
        "ours, one of a kind": bench.ours(of_a_kind=1),
        "ours, any of a kind": bench.ours(of_a_kind=TOP),
        "ours, no room known": Bench(catalogue, BasketCounter()).ours(),
        **bench.rivals(),
    }
    return _table({name: bench.answers(order, rooms) for name, order in orders.items()})


def _table(answers: Mapping[str, Sequence[Answer]]) -> dict[str, Any]:
    return {
        "means over rooms and standard errors": {
            name: summary(some) for name, some in answers.items()
        },
        f"{OURS}, less others, recall@10": {
            name: less(some, answers[OURS]) for name, some in answers.items() if name != OURS
        },
    }


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/complements.json`."""
    catalogue = read_catalogue(data, encoder)
    test, folds = split(catalogue.rooms)
    learned = [room for fold in folds for room in fold]
    found: dict[str, Any] = {
        "encoder": catalogue.encoder,
        "n_products": len(catalogue.traits),
        "n_kinds": len({each.category for each in catalogue.traits}),
        "n_rooms": {"learned from and validated": len(learned), "tested": len(test)},
        "n_anchors": sum(len(room) for room in test),
        "validation rooms": validated(catalogue, folds),
        "test rooms": tested(catalogue, learned, test),
    }
    for name in ("validation rooms", "test rooms"):
        for table in found[name].values():
            for setting, row in table.items():
                print(f"{name}: {setting:32} {row}")
    write_result("complements", found, command="python -m benchmarks.complements --data FOLDER")


if __name__ == "__main__":
    typer.run(main)
