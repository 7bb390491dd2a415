"""The candidates of a search as the rules in force want them."""

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
        candidates: Best first, in the order of (-score, id); parts add up to the score.
        rules: For each candidate that rules moved or added, their names, by point id.
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
    """Hide, bury, boost and pin as a plan says.

    For one product, hide comes before pin, pin before bury, bury before boost: only the first of
    them acts.

    Args:
        candidates: Best first.
        plan: The rules in force.
        filters: What the search is filtered to; a pinned product that was not found is added when
            it passes.
        index: Asked once, when a rule has conditions or a pinned product was not found.
        exclude: Points that are not to be added.

    Returns:
        The candidates, and which rules moved them.
    """
    if not plan.has_product_rules:
        return RuledCandidates(list(candidates))
    by_id = {each.id: each for each in candidates}
    found = resolve_targets(plan, list(by_id), filters, index, exclude)
    places = _places(plan, found)
    moves = compute_adjustments(plan, found, candidates)
    rest = [
        apply_adjustment(each, moves.get(each.id))
        for each in candidates
        if each.id not in found.hidden and each.id not in places
    ]
    rest.sort(key=lambda each: (-each.score, each.id))
    pinned = {
        point: (by_id.get(point, Candidate(point, 0.0, {})), place.at)
        for point, place in places.items()
    }
    names = {point: move.rules for point, move in moves.items() if point not in found.hidden}
    names |= {point: (place.rule,) for point, place in places.items()}
    return RuledCandidates(apply_pins(rest, pinned), names)


@dataclass(frozen=True, slots=True)
class _Place:
    at: int
    rule: str


def _places(plan: RulePlan, found: RuleTargets) -> dict[str, _Place]:
    """Return where each pinned point is to stand.

    The first rule gets the places that it asks for, the others the next that are free. What cannot
    be shown leaves no gap.
    """
    places: dict[str, _Place] = {}
    taken: set[int] = set()
    for rule, points in zip(plan.pins, found.pins, strict=True):
        at = rule.action.position
        for point in points:
            if point in places or point in found.hidden:
                continue
            while at in taken:
                at += 1
            taken.add(at)
            places[point] = _Place(at, rule.name)
    return places
