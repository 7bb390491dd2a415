"""Application of the active rules to the candidates of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.product_index import ProductIndex
from search.retrieval.fusion import Candidate
from search.rules.pinning import apply_pins
from search.rules.plan import RulePlan
from search.rules.score_adjustments import apply_adjustment, compute_adjustments
from search.rules.targets import RuleTargets, resolve_targets
from shopwindow.values.query import Filters


@dataclass(frozen=True, slots=True)
class RuledCandidates:
    """Candidates after the rules.

    Attributes:
        candidates: Best first, in the order of (-score, id); contributions add up to the score.
        rules: Names of the rules that moved or added each candidate, by point id.
    """

    candidates: list[Candidate]
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def apply_rules(
    candidates: Sequence[Candidate],
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
        exclude: Points that may not be added.

    Returns:
        The candidates, and the rules that moved them.
    """
    if not plan.has_product_rules:
        return RuledCandidates(list(candidates))
    by_id = {candidate.id: candidate for candidate in candidates}
    targets = resolve_targets(plan, list(by_id), filters, index, exclude)
    pin_slots = _assign_positions(plan, targets)
    adjustments = compute_adjustments(plan, targets, candidates)
    rest = [
        apply_adjustment(candidate, adjustments.get(candidate.id))
        for candidate in candidates
        if candidate.id not in targets.hidden and candidate.id not in pin_slots
    ]
    rest.sort(key=lambda candidate: (-candidate.score, candidate.id))
    pinned = {
        point_id: (by_id.get(point_id, Candidate(point_id, 0.0, {})), pin_slot.position)
        for point_id, pin_slot in pin_slots.items()
    }
    rule_names = {
        point_id: adjustment.rules
        for point_id, adjustment in adjustments.items()
        if point_id not in targets.hidden
    }
    rule_names |= {point_id: (pin_slot.rule,) for point_id, pin_slot in pin_slots.items()}
    return RuledCandidates(apply_pins(rest, pinned), rule_names)


@dataclass(frozen=True, slots=True)
class _PinSlot:
    position: int
    rule: str


def _assign_positions(plan: RulePlan, targets: RuleTargets) -> dict[str, _PinSlot]:
    """Return the position of each pinned point.

    The first rule gets the positions that it asks for, the others the next free ones. Products that
    cannot be shown leave no gap.
    """
    pin_slots: dict[str, _PinSlot] = {}
    taken_positions: set[int] = set()
    for rule, points in zip(plan.pins, targets.pins, strict=True):
        position = rule.action.position
        for point_id in points:
            if point_id in pin_slots or point_id in targets.hidden:
                continue
            while position in taken_positions:
                position += 1
            taken_positions.add(position)
            pin_slots[point_id] = _PinSlot(position, rule.name)
    return pin_slots
