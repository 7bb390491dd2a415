"""The products that the rules of a plan affect, found with one index call at most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from index import ProductCondition, ProductIndex, to_conditions
from index.store import In
from search.rules.actions import Pin, ProductAction
from search.rules.plan import ActiveProductRule, RulePlan
from shopwindow.values import Filters

_Conditions: TypeAlias = tuple[ProductCondition, ...]
_MERCHANT_FIELD = "merchant_id"


@dataclass(frozen=True, slots=True)
class RuleTargets:
    """Products by what the rules do with them; a product may be in several.

    Attributes:
        pins: For each pin rule its products that can be shown, in its order.
        boosts: For each boost rule its products.
        buries: For each bury rule its products.
        hidden: Products that some rule hides.
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
    """Return the products that the rules of a plan affect.

    Args:
        plan: The active rules.
        ids: Product ids of the candidates.
        filters: Filters of the search; a pinned product that is no candidate must pass them.
        index: Evaluates the conditions.
        exclude: Products that may not be added.

    Returns:
        Candidates, and of other products only pinned ones that can be shown.
    """
    candidate_ids = frozenset(ids)
    not_addable = candidate_ids.union(exclude)
    pinned_ids = [rule.action.ids for rule in plan.pins]
    other_ids = dict.fromkeys(
        product_id
        for entries in pinned_ids
        for product_id in entries
        if product_id not in not_addable
    )
    evaluation = _ConditionEvaluation(plan, ids, tuple(other_ids), filters, index)
    shown_ids = candidate_ids | evaluation.added
    allowed_sets = [evaluation.select(rule, shown_ids) for rule in plan.pins]
    return RuleTargets(
        pins=[
            [product_id for product_id in entries if product_id in allowed]
            for entries, allowed in zip(pinned_ids, allowed_sets, strict=True)
        ],
        boosts=[evaluation.select(rule, candidate_ids) for rule in plan.boosts],
        buries=[evaluation.select(rule, candidate_ids) for rule in plan.buries],
        hidden=frozenset[str]().union(*(evaluation.select(rule, shown_ids) for rule in plan.hides)),
    )


class _ConditionEvaluation:
    """Evaluates the conditions of all rules in one index call.

    Args:
        plan: The active rules.
        ids: Product ids of the candidates.
        other_ids: Pinned products that are no candidates.
        filters: Filters that those must pass.
        index: Evaluates the conditions; not called if there are none.
    """

    def __init__(
        self,
        plan: RulePlan,
        ids: Sequence[str],
        other_ids: Sequence[str],
        filters: Filters,
        index: ProductIndex,
    ) -> None:
        self._filters = filters
        conditions = dict.fromkeys(
            condition for condition in map(self._get_conditions, plan.product_rules) if condition
        )
        searched_ids = (*ids, *other_ids) if conditions else tuple(other_ids)
        visible = to_conditions(filters)
        condition_list = list(dict.fromkeys([*conditions, visible]) if other_ids else conditions)
        matches = (
            index.filter_ids(searched_ids, condition_list)
            if condition_list and searched_ids
            else [set() for _ in condition_list]
        )
        self._matches: Mapping[_Conditions, set[str]] = dict(
            zip(condition_list, matches, strict=True)
        )
        self.added = (
            frozenset(other_ids) & self._matches[visible] if other_ids else frozenset[str]()
        )
        """The other products that exist and pass the filters."""

    def select(self, rule: ActiveProductRule, product_ids: Iterable[str]) -> frozenset[str]:
        """Return the products among `product_ids` that a rule affects."""
        selected = frozenset(product_ids)
        ids = _get_product_ids(rule.action)
        if ids:
            selected &= frozenset(ids)
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
