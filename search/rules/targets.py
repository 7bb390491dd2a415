"""The points that the rules of a plan affect, found with one index call at most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from index import ProductIndex, to_conditions, to_point_id
from index.store import Condition, In
from search.rules.actions import Pin, ProductAction
from search.rules.plan import ActiveProductRule, RulePlan
from shopwindow.values import Filters

_Conditions: TypeAlias = tuple[Condition, ...]
_MERCHANT_FIELD = "merchant_id"
_CACHED_ID_LISTS = 2000


@dataclass(frozen=True, slots=True)
class RuleTargets:
    """Points by what the rules do with them; a point may be in several.

    Attributes:
        pins: For each pin rule its points that can be shown, in its order.
        boosts: For each boost rule its points.
        buries: For each bury rule its points.
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
    """Return the points that the rules of a plan affect.

    Args:
        plan: The active rules.
        ids: Point ids of the candidates.
        filters: Filters of the search; a pinned product that is no candidate must pass them.
        index: Evaluates the conditions.
        exclude: Points that may not be added.

    Returns:
        Candidates, and of other points only pinned ones that can be shown.
    """
    candidate_ids = frozenset(ids)
    not_addable = candidate_ids.union(exclude)
    pinned_points = [_to_point_ids(rule.action.ids) for rule in plan.pins]
    other_points = dict.fromkeys(
        point_id for points in pinned_points for point_id in points if point_id not in not_addable
    )
    evaluation = _ConditionEvaluation(plan, ids, tuple(other_points), filters, index)
    shown_points = candidate_ids | evaluation.added
    allowed_points = [evaluation.select(rule, shown_points) for rule in plan.pins]
    return RuleTargets(
        pins=[
            [point_id for point_id in points if point_id in allowed]
            for points, allowed in zip(pinned_points, allowed_points, strict=True)
        ],
        boosts=[evaluation.select(rule, candidate_ids) for rule in plan.boosts],
        buries=[evaluation.select(rule, candidate_ids) for rule in plan.buries],
        hidden=frozenset[str]().union(
            *(evaluation.select(rule, shown_points) for rule in plan.hides)
        ),
    )


class _ConditionEvaluation:
    """Evaluates the conditions of all rules in one index call.

    Args:
        plan: The active rules.
        ids: Point ids of the candidates.
        other_points: Pinned points that are no candidates.
        filters: Filters that those must pass.
        index: Evaluates the conditions; not called if there are none.
    """

    def __init__(
        self,
        plan: RulePlan,
        ids: Sequence[str],
        other_points: Sequence[str],
        filters: Filters,
        index: ProductIndex,
    ) -> None:
        self._filters = filters
        conditions = dict.fromkeys(
            condition for condition in map(self._get_conditions, plan.product_rules) if condition
        )
        searched_ids = (*ids, *other_points) if conditions else tuple(other_points)
        visible = to_conditions(filters)
        condition_list = list(dict.fromkeys([*conditions, visible]) if other_points else conditions)
        matches = (
            index.filter_ids(searched_ids, condition_list)
            if condition_list and searched_ids
            else [set() for _ in condition_list]
        )
        self._matches: Mapping[_Conditions, set[str]] = dict(
            zip(condition_list, matches, strict=True)
        )
        self.added = (
            frozenset(other_points) & self._matches[visible] if other_points else frozenset[str]()
        )
        """The other points that exist and pass the filters."""

    def select(self, rule: ActiveProductRule, point_ids: Iterable[str]) -> frozenset[str]:
        """Return the points among `point_ids` that a rule affects."""
        selected = frozenset(point_ids)
        ids = _get_product_ids(rule.action)
        if ids:
            selected &= frozenset(_to_point_ids(ids))
        conditions = self._get_conditions(rule)
        return selected & self._matches[conditions] if conditions else selected

    def _get_conditions(self, rule: ActiveProductRule) -> _Conditions:
        """Return the conditions on a rule's products, beside its ids."""
        action = rule.action
        conditions = () if isinstance(action, Pin) else to_conditions(action.selection.filters)
        if rule.merchant and self._filters.merchant_id not in (rule.merchant, (rule.merchant,)):
            conditions += (In(_MERCHANT_FIELD, (rule.merchant,)),)
        return conditions


def _get_product_ids(action: ProductAction) -> tuple[str, ...]:
    return action.ids if isinstance(action, Pin) else action.selection.ids


@lru_cache(maxsize=_CACHED_ID_LISTS)
def _to_point_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the point ids of products; cached, as rules name the same ones in every search."""
    return tuple(to_point_id(product_id) for product_id in ids)
