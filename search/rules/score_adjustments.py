"""By how much rules move products up or down."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from search.retrieval.fusion import Candidate
from search.rules.actions import BEHIND_EVERYTHING, Boost, Bury
from search.rules.plan import InForce, Plan
from search.rules.targets import Touched

RULES = "rules"
"""Name of the part."""


class Move(NamedTuple):
    """What rules do to one candidate's score.

    Attributes:
        by: Added to it.
        rules: Their names.
    """

    by: float
    rules: tuple[str, ...]


def moves_of(plan: Plan, found: Touched, candidates: Sequence[Candidate]) -> dict[str, Move]:
    """Return the moves of all candidates that rules boost or bury, by point id.

    Args:
        plan: The rules in force.
        found: Which points they touch.
        candidates: All, with the scores that they have without rules.

    Returns:
        For a point that is buried, the buries alone. Those that are put behind everything lose
        more than the best and the last are apart, so that they are behind whatever the scores are.
    """
    scores = [each.score for each in candidates]
    all_the_way = BEHIND_EVERYTHING + max(scores, default=0.0) - min(scores, default=0.0)
    boosts = _by_point(plan.boosts, found.boosts)
    buries = _by_point(plan.buries, found.buries)
    moves = {point: _move(sum(by), names) for point, (by, names) in boosts.items()}
    for point, (by, names) in buries.items():
        is_last = max(by) >= BEHIND_EVERYTHING
        moves[point] = _move(-(all_the_way if is_last else min(sum(by), BEHIND_EVERYTHING)), names)
    return moves


def moved(candidate: Candidate, move: Move | None) -> Candidate:
    """Return a candidate with its move as a further part."""
    return candidate if move is None else candidate.plus({RULES: move.by})


_Amounts: TypeAlias = tuple[list[float], list[str]]


def _by_point(
    rules: Iterable[InForce[Boost | Bury]], points: Iterable[frozenset[str]]
) -> dict[str, _Amounts]:
    """Return the amounts and the names of the rules for each point."""
    found: dict[str, _Amounts] = {}
    for rule, touched in zip(rules, points, strict=True):
        for point in touched:
            amounts, names = found.setdefault(point, ([], []))
            amounts.append(rule.action.by)
            names.append(rule.rule)
    return found


def _move(by: float, names: Sequence[str]) -> Move:
    return Move(by, tuple(names))
