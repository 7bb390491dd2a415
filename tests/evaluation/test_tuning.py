"""Choosing numbers: finds a planted best, stays where nothing is better, never sees the rest."""

from collections.abc import Mapping

from shopwindow.evaluation.judgments import Judgments
from shopwindow.evaluation.weight_tuning import coordinate_ascent, train_test_split


def test_halves_are_fixed_and_share_nothing() -> None:
    judged = Judgments({f"query {n}": {"p": 1.0} for n in range(200)})
    first, second = train_test_split(judged)
    assert set(first.queries).isdisjoint(second.queries)
    assert {*first.queries, *second.queries} == set(judged.queries)
    assert 70 < len(first) < 130
    turned = Judgments(dict(reversed(list(judged.grades.items()))))
    assert set(train_test_split(turned)[0].queries) == set(first.queries)


def test_the_planted_best_is_found_and_every_try_is_told() -> None:
    told: list[tuple[Mapping[str, float], float]] = []

    def worth(values: Mapping[str, float]) -> float:
        return 1.0 - abs(values["a"] - 0.5) - abs(values["b"] - 2.0)

    choices = {"a": (0.0, 0.5, 1.0), "b": (0.0, 1.0, 2.0)}
    best = coordinate_ascent(
        {"a": 1.0, "b": 0.0}, choices, worth, 3, lambda *each: told.append(each)
    )
    assert best == {"a": 0.5, "b": 2.0}
    assert len({tuple(values.items()) for values, _ in told}) == len(told)
    assert told[0] == ({"a": 1.0, "b": 0.0}, worth({"a": 1.0, "b": 0.0}))
    assert max(each for _, each in told) == worth(best)


def test_hardly_better_is_not_better() -> None:
    start = {"a": 0.0}
    assert coordinate_ascent(start, {"a": (0.0, 1.0)}, lambda v: 0.5 + 0.0009 * v["a"], 2) == start
