"""Score adjustments by boost and bury rules."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from search.rules.actions import BURY_TO_END, Boost, Bury
from search.rules.plan import ActiveRule, RulePlan
from search.rules.targets import RuleTargets

RULES = "rules"
"""Name of the contribution."""


class ScoreAdjustment(NamedTuple):
    """What rules do to one candidate's score.

    Attributes:
        by: Added to the score.
        rules: Names of the rules.
    """

    by: float
    rules: tuple[str, ...]


def compute_adjustments(
    plan: RulePlan, targets: RuleTargets, scores: Sequence[float]
) -> dict[str, ScoreAdjustment]:
    """Return the score adjustments of all candidates that rules boost or bury, by product id.

    Args:
        plan: The active rules.
        targets: The products that they affect.
        scores: Of all candidates, without rules.

    Returns:
        For a product that is buried, the buries alone. A bury to the end subtracts more than the
        difference of the best and the last score, so that it works whatever the scores are.
    """
    penalty_to_end = BURY_TO_END + max(scores, default=0.0) - min(scores, default=0.0)
    boosts = _group_by_product(plan.boosts, targets.boosts)
    buries = _group_by_product(plan.buries, targets.buries)
    adjustments = {
        product_id: _make_adjustment(sum(by), names) for product_id, (by, names) in boosts.items()
    }
    for product_id, (by, names) in buries.items():
        goes_to_end = max(by) >= BURY_TO_END
        adjustments[product_id] = _make_adjustment(
            -(penalty_to_end if goes_to_end else min(sum(by), BURY_TO_END)), names
        )
    return adjustments


_Amounts: TypeAlias = tuple[list[float], list[str]]


def _group_by_product(
    rules: Iterable[ActiveRule[Boost | Bury]], entries: Iterable[frozenset[str]]
) -> dict[str, _Amounts]:
    """Return the amounts and the names of the rules, by product id."""
    amounts_by_product: dict[str, _Amounts] = {}
    for rule, rule_product_ids in zip(rules, entries, strict=True):
        for product_id in rule_product_ids:
            amounts, names = amounts_by_product.setdefault(product_id, ([], []))
            amounts.append(rule.action.by)
            names.append(rule.name)
    return amounts_by_product


def _make_adjustment(by: float, names: Sequence[str]) -> ScoreAdjustment:
    return ScoreAdjustment(by, tuple(names))
