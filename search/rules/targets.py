"""Which points the rules of a plan touch, asked of the index in one call, or in none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from index.payload import to_conditions, to_point_id
from index.product_index import ProductIndex
from index.store.points import Condition, In
from search.rules.actions import Pin, ProductAction
from search.rules.plan import ActiveProductRule, RulePlan
from shopwindow.values.query import Filters

_Conditions: TypeAlias = tuple[Condition, ...]
_MERCHANT = "merchant_id"
_REMEMBERED_LISTS = 2000


@dataclass(frozen=True, slots=True)
class RuleTargets:
    """Points by what the rules do with them; one point may stand in several.

    Attributes:
        pins: For each pinning rule its points that can be shown, in its order.
        boosts: For each boosting rule its points.
        buries: For each burying rule its points.
        hidden: Points that some rule hides.
    """

    pins: Sequence[Sequence[str]]
    boosts: Sequence[frozenset[str]]
    buries: Sequence[frozenset[str]]
    hidden: frozenset[str]


def resolve_targets(
    plan: RulePlan,
    ids: Sequence[str],
    filters: Filters,
    index: ProductIndex,
    exclude: Sequence[str],
) -> RuleTargets:
    """Return which points the rules of a plan touch.

    Args:
        plan: The rules in force.
        ids: The candidates.
        filters: What the search is filtered to; a pinned product that is no candidate must pass.
        index: Knows which point fulfils what.
        exclude: Points that are not to be added.

    Returns:
        Candidates, and beside them only points that are pinned and can be shown.
    """
    known = frozenset(ids)
    barred = known.union(exclude)
    pinned = [_points(rule.action.ids) for rule in plan.pins]
    further = dict.fromkeys(each for points in pinned for each in points if each not in barred)
    passing = _Passing(plan, ids, tuple(further), filters, index)
    there = known | passing.added
    may_stand = [passing.of(rule, there) for rule in plan.pins]
    return RuleTargets(
        pins=[
            [p for p in points if p in may] for points, may in zip(pinned, may_stand, strict=True)
        ],
        boosts=[passing.of(rule, known) for rule in plan.boosts],
        buries=[passing.of(rule, known) for rule in plan.buries],
        hidden=frozenset[str]().union(*(passing.of(rule, there) for rule in plan.hides)),
    )


class _Passing:
    """What the index says about the rules' conditions, each asked once and all in one call.

    Args:
        plan: The rules in force.
        ids: The candidates.
        further: Pinned points that are no candidates.
        filters: What those must pass.
        index: Is asked, unless there is nothing to ask.
    """

    def __init__(
        self,
        plan: RulePlan,
        ids: Sequence[str],
        further: Sequence[str],
        filters: Filters,
        index: ProductIndex,
    ) -> None:
        self._filters = filters
        asked = dict.fromkeys(each for each in map(self._required, plan.product_rules) if each)
        among = (*ids, *further) if asked else tuple(further)
        to_show = to_conditions(filters)
        several = list(dict.fromkeys([*asked, to_show]) if further else asked)
        answers = (
            index.filter_ids(among, several) if several and among else [set() for _ in several]
        )
        self._found: Mapping[_Conditions, set[str]] = dict(zip(several, answers, strict=True))
        self.added = frozenset(further) & self._found[to_show] if further else frozenset[str]()
        """The further points that exist and pass."""

    def of(self, rule: ActiveProductRule, among: Iterable[str]) -> frozenset[str]:
        """Return which of some points a rule touches."""
        found = frozenset(among)
        ids = _ids(rule.action)
        if ids:
            found &= frozenset(_points(ids))
        required = self._required(rule)
        return found & self._found[required] if required else found

    def _required(self, rule: ActiveProductRule) -> _Conditions:
        """Return what must hold for the products of a rule beside having one of its ids."""
        action = rule.action
        needed = () if isinstance(action, Pin) else to_conditions(action.selection.filters)
        if rule.merchant and self._filters.merchant_id not in (rule.merchant, (rule.merchant,)):
            needed += (In(_MERCHANT, (rule.merchant,)),)
        return needed


def _ids(action: ProductAction) -> tuple[str, ...]:
    return action.ids if isinstance(action, Pin) else action.selection.ids


@lru_cache(maxsize=_REMEMBERED_LISTS)
def _points(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the point ids of products; rules name the same ones in every search."""
    return tuple(to_point_id(each) for each in ids)
