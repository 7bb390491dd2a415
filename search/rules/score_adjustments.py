"""By how much rules move products up or down."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from search.retrieval.fusion import Candidate
from search.rules.actions import BURY_TO_END, Boost, Bury
from search.rules.plan import ActiveRule, RulePlan
from search.rules.targets import RuleTargets

RULES = "rules"
"""Name of the part."""


class ScoreAdjustment(NamedTuple):
    """What rules do to one candidate's score.

    Attributes:
        by: Added to it.
        rules: Their names.
    """

    by: float
    rules: tuple[str, ...]


def compute_adjustments(
    plan: RulePlan, targets: RuleTargets, candidates: Sequence[Candidate]
) -> dict[str, ScoreAdjustment]:
    """Return the moves of all candidates that rules boost or bury, by point id.

    Args:
        plan: The rules in force.
        targets: Which points they touch.
        candidates: All, with the scores that they have without rules.

    Returns:
        For a point that is buried, the buries alone. Those that are put behind everything lose
        more than the best and the last are apart, so that they are behind whatever the scores are.
    """
    scores = [each.score for each in candidates]
    all_the_way = BURY_TO_END + max(scores, default=0.0) - min(scores, default=0.0)
    boosts = _by_point(plan.boosts, targets.boosts)
    buries = _by_point(plan.buries, targets.buries)
    moves = {point: _move(sum(by), names) for point, (by, names) in boosts.items()}
    for point, (by, names) in buries.items():
        is_last = max(by) >= BURY_TO_END
        moves[point] = _move(-(all_the_way if is_last else min(sum(by), BURY_TO_END)), names)
    return moves


def apply_adjustment(candidate: Candidate, move: ScoreAdjustment | None) -> Candidate:
    """Return a candidate with its move as a further part."""
    return candidate if move is None else candidate.with_contributions({RULES: move.by})


_Amounts: TypeAlias = tuple[list[float], list[str]]


def _by_point(
    rules: Iterable[ActiveRule[Boost | Bury]], points: Iterable[frozenset[str]]
) -> dict[str, _Amounts]:
    """Return the amounts and the names of the rules for each point."""
    found: dict[str, _Amounts] = {}
    for rule, touched in zip(rules, points, strict=True):
        for point in touched:
            amounts, names = found.setdefault(point, ([], []))
            amounts.append(rule.action.by)
            names.append(rule.name)
    return found


def _move(by: float, names: Sequence[str]) -> ScoreAdjustment:
    return ScoreAdjustment(by, tuple(names))
