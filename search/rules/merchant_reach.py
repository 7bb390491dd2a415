"""Which rules are visible to a search that is limited to some merchants."""

from collections.abc import Sequence
from dataclasses import replace

from index import ProductIndex
from search.rules.plan import ActiveProductRule, RulePlan
from shopwindow.values import as_tuple


class RuleVisibility:
    """Removes rules from a plan that affect other merchants' products alone.

    Such a rule would do nothing, but its name tells what others sell. The result is cached by rule.

    Args:
        index: Has the products; None where all merchants are visible and no rule is removed.
        merchants: Ids of the visible merchants.
    """

    def __init__(self, index: ProductIndex | None = None, merchants: tuple[str, ...] = ()) -> None:
        self._index = index
        self._merchants = merchants
        self._visibility: dict[str, tuple[ActiveProductRule, bool]] = {}

    def restrict(self, plan: RulePlan) -> RulePlan:
        """Return the plan without rules for products of other merchants."""
        if self._index is None or not plan.has_product_rules:
            return plan
        index = self._index
        invisible = {rule.name for rule in plan.product_rules if not self._is_visible(rule, index)}
        return plan.exclude_rules(invisible) if invisible else plan

    def _is_visible(self, rule: ActiveProductRule, index: ProductIndex) -> bool:
        cached = self._visibility.get(rule.name)
        if cached is None or cached[0] is not rule:  # the rules may be replaced at any time
            cached = self._visibility[rule.name] = (rule, self._query_visibility(rule, index))
        return cached[1]

    def _query_visibility(self, rule: ActiveProductRule, index: ProductIndex) -> bool:
        if rule.merchant:  # a plan has no rules of invisible merchants
            return True
        selection = rule.action.selection
        merchants = _intersect(self._merchants, as_tuple(selection.filters.merchant_id))
        if not merchants:
            return False
        visible_filters = replace(selection.filters, merchant_id=merchants)
        if selection.ids:
            return bool(index.filter_products(selection.ids, visible_filters))
        return bool(index.count(visible_filters))


def _intersect(merchants: Sequence[str], named_merchants: Sequence[str]) -> tuple[str, ...]:
    """Return the merchants that are named; all of them if none is."""
    return tuple(
        merchant for merchant in merchants if not named_merchants or merchant in named_merchants
    )
