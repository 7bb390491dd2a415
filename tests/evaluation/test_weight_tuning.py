"""Weight tuning: finds a planted optimum, ignores small gains, and splits queries cleanly."""

from collections.abc import Mapping

from shopwindow.evaluation.judgments import Judgments
from shopwindow.evaluation.weight_tuning import coordinate_ascent, train_test_split


def test_the_split_is_deterministic_and_disjoint() -> None:
    judgments = Judgments({f"query {n}": {"p": 1.0} for n in range(200)})
    train, test = train_test_split(judgments)
    assert set(train.queries).isdisjoint(test.queries)
    assert {*train.queries, *test.queries} == set(judgments.queries)
    assert 70 < len(train) < 130
    reordered = Judgments(dict(reversed(list(judgments.grades.items()))))
    assert set(train_test_split(reordered)[0].queries) == set(train.queries)


def test_the_planted_optimum_is_found_and_every_trial_is_reported_once() -> None:
    trials: list[tuple[Mapping[str, float], float]] = []

    def objective(values: Mapping[str, float]) -> float:
        return 1.0 - abs(values["a"] - 0.5) - abs(values["b"] - 2.0)

    initial = {"a": 1.0, "b": 0.0}
    grid = {"a": (0.0, 0.5, 1.0), "b": (0.0, 1.0, 2.0)}
    best = coordinate_ascent(initial, grid, objective, 3, lambda *trial: trials.append(trial))
    assert best == {"a": 0.5, "b": 2.0}
    assert len({tuple(values.items()) for values, _ in trials}) == len(trials)
    assert trials[0] == (initial, objective(initial))
    assert max(score for _, score in trials) == objective(best)


def test_a_gain_below_the_minimum_improvement_changes_nothing() -> None:
    initial = {"a": 0.0}
    grid = {"a": (0.0, 1.0)}
    assert coordinate_ascent(initial, grid, lambda v: 0.5 + 0.0009 * v["a"], 2) == initial
