"""Application of the active rules to the candidates of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from index import ProductIndex
from search.rules.pinning import apply_pins
from search.rules.plan import RulePlan
from search.rules.score_adjustments import RULES, compute_adjustments
from search.rules.targets import RuleTargets, resolve_targets
from shopwindow.ranking import CandidateSet
from shopwindow.values import Filters


@dataclass(frozen=True, slots=True)
class RuledCandidates:
    """Candidates after the rules.

    Attributes:
        candidates: Best first, in the order of (-score, id); contributions add up to the score.
        rules: Names of the rules that moved or added each candidate, by product id.
    """

    candidates: CandidateSet
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def apply_rules(
    candidates: CandidateSet,
    plan: RulePlan,
    filters: Filters,
    index: ProductIndex,
    exclude: Sequence[str] = (),
) -> RuledCandidates:
    """Return the candidates with products hidden, buried, boosted and pinned by a plan.

    For one product, hide comes before pin, pin before bury, bury before boost: only the first of
    them acts.

    Args:
        candidates: Best first.
        plan: The active rules.
        filters: Filters of the search; a pinned product that is no candidate is added when it
            passes them.
        index: Called once, when a rule has conditions or a pinned product is no candidate.
        exclude: Products that may not be added.

    Returns:
        The candidates, and the rules that moved them.
    """
    if not plan.has_product_rules:
        return RuledCandidates(candidates)
    targets = resolve_targets(plan, candidates.ids, filters, index, exclude)
    pin_slots = _assign_positions(plan, targets)
    adjustments = compute_adjustments(plan, targets, candidates.scores.tolist())
    amounts = {product_id: adjustment.by for product_id, adjustment in adjustments.items()}
    rest = candidates.drop(targets.hidden | pin_slots.keys()).add_by_id(RULES, amounts).sort()
    new_ids = tuple(
        product_id for product_id in pin_slots if product_id not in candidates.positions
    )
    pinned = candidates.keep(pin_slots).concat(CandidateSet(new_ids, np.zeros(len(new_ids))))
    positions = {product_id: slot.position for product_id, slot in pin_slots.items()}
    rule_names = {
        product_id: adjustment.rules
        for product_id, adjustment in adjustments.items()
        if product_id not in targets.hidden
    }
    rule_names |= {product_id: (slot.rule,) for product_id, slot in pin_slots.items()}
    return RuledCandidates(apply_pins(rest, pinned, positions), rule_names)


@dataclass(frozen=True, slots=True)
class _PinSlot:
    position: int
    rule: str


def _assign_positions(plan: RulePlan, targets: RuleTargets) -> dict[str, _PinSlot]:
    """Return the position of each pinned product.

    The first rule gets the positions that it asks for, the others the next free ones. Products that
    cannot be shown leave no gap.
    """
    pin_slots: dict[str, _PinSlot] = {}
    taken_positions: set[int] = set()
    for rule, entries in zip(plan.pins, targets.pins, strict=True):
        position = rule.action.position
        for product_id in entries:
            if product_id in pin_slots or product_id in targets.hidden:
                continue
            while position in taken_positions:
                position += 1
            taken_positions.add(position)
            pin_slots[product_id] = _PinSlot(position, rule.name)
    return pin_slots
