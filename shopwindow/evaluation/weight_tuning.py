"""Choosing numbers by judged queries: one after the other, on one half of the queries."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import mmh3

from shopwindow.evaluation.judgments import Judgments

Values: TypeAlias = Mapping[str, float]
"""Numbers by name."""

LEAST_GAIN = 0.001
"""A change that gains less is not worth another number than the one that is set."""


def halves(judgments: Judgments) -> tuple[Judgments, Judgments]:
    """Split judged queries in two by a hash of their text: always the same way, on every machine.

    Returns:
        The half to choose by, and the half to judge the choice by.
    """
    parts: tuple[dict[str, Mapping[str, float]], ...] = ({}, {})
    for query, grades in judgments.grades.items():
        parts[mmh3.hash(query, signed=False) % 2][query] = grades
    return Judgments(parts[0]), Judgments(parts[1])


def climb(
    start: Values,
    choices: Mapping[str, Sequence[float]],
    worth: Callable[[Values], float],
    rounds: int,
    told: Callable[[Values, float], None] = lambda _values, _worth: None,
) -> Values:
    """Change one number at a time as long as something is gained.

    Args:
        start: The numbers to begin with.
        choices: What each number may become.
        worth: What numbers are worth; higher is better.
        rounds: Times that each number has its turn, at most.
        told: Hears of every try.

    Returns:
        The best numbers found.
    """
    best, most = dict(start), worth(start)
    told(best, most)
    seen = [best]
    for _ in range(rounds):
        before = most
        for name, values in choices.items():
            for value in values:
                tried = {**best, name: value}
                if tried in seen:
                    continue
                seen.append(tried)
                found = worth(tried)
                told(tried, found)
                if found > most + LEAST_GAIN:
                    best, most = tried, found
        if most == before:
            break
    return best
