"""Tuning of weights on judged queries: coordinate ascent on a training half of the queries."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import mmh3

from shopwindow.evaluation.judgments import Judgments

Parameters: TypeAlias = Mapping[str, float]
"""Parameter values by name."""

MIN_IMPROVEMENT = 0.001
"""A change that improves the objective by less is not worth departing from the current value."""


def train_test_split(judgments: Judgments) -> tuple[Judgments, Judgments]:
    """Split judged queries in two halves by a hash of their text: the same on every machine.

    Returns:
        The training half, to choose parameters on, and the test half, to evaluate the choice on.
    """
    halves: tuple[dict[str, Mapping[str, float]], ...] = ({}, {})
    for query, grades in judgments.grades.items():
        halves[mmh3.hash(query, signed=False) % 2][query] = grades
    return Judgments(halves[0]), Judgments(halves[1])


def coordinate_ascent(
    initial: Parameters,
    grid: Mapping[str, Sequence[float]],
    objective: Callable[[Parameters], float],
    max_rounds: int,
    on_trial: Callable[[Parameters, float], None] = lambda _parameters, _score: None,
) -> Parameters:
    """Maximize an objective by changing one parameter at a time while it improves.

    Args:
        initial: Parameters to start from.
        grid: Candidate values of each parameter.
        objective: Scores parameters; higher is better.
        max_rounds: Maximum number of passes over the parameters.
        on_trial: Called with the parameters and the score of every trial.

    Returns:
        The best parameters found.
    """
    best, best_score = dict(initial), objective(initial)
    on_trial(best, best_score)
    evaluated = [best]
    for _ in range(max_rounds):
        score_before_round = best_score
        for name, values in grid.items():
            for value in values:
                candidate = {**best, name: value}
                if candidate in evaluated:
                    continue
                evaluated.append(candidate)
                score = objective(candidate)
                on_trial(candidate, score)
                if score > best_score + MIN_IMPROVEMENT:
                    best, best_score = candidate, score
        if best_score == score_before_round:
            break
    return best
