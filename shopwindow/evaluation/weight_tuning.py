"""Choosing numbers by judged queries: one after the other, on one half of the queries."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import mmh3

from shopwindow.evaluation.judgments import Judgments

Parameters: TypeAlias = Mapping[str, float]
"""Numbers by name."""

MIN_IMPROVEMENT = 0.001
"""A change that gains less is not worth another number than the one that is set."""


def train_test_split(judgments: Judgments) -> tuple[Judgments, Judgments]:
    """Split judged queries in two by a hash of their text: always the same way, on every machine.

    Returns:
        The half to choose by, and the half to judge the choice by.
    """
    parts: tuple[dict[str, Mapping[str, float]], ...] = ({}, {})
    for query, grades in judgments.grades.items():
        parts[mmh3.hash(query, signed=False) % 2][query] = grades
    return Judgments(parts[0]), Judgments(parts[1])


def coordinate_ascent(
    initial: Parameters,
    grid: Mapping[str, Sequence[float]],
    objective: Callable[[Parameters], float],
    max_rounds: int,
    on_trial: Callable[[Parameters, float], None] = lambda _values, _worth: None,
) -> Parameters:
    """Change one number at a time as long as something is gained.

    Args:
        initial: The numbers to begin with.
        grid: What each number may become.
        objective: What numbers are worth; higher is better.
        max_rounds: Times that each number has its turn, at most.
        on_trial: Hears of every try.

    Returns:
        The best numbers found.
    """
    best, most = dict(initial), objective(initial)
    on_trial(best, most)
    seen = [best]
    for _ in range(max_rounds):
        before = most
        for name, values in grid.items():
            for value in values:
                tried = {**best, name: value}
                if tried in seen:
                    continue
                seen.append(tried)
                found = objective(tried)
                on_trial(tried, found)
                if found > most + MIN_IMPROVEMENT:
                    best, most = tried, found
        if most == before:
            break
    return best
