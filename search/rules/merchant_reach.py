"""Which rules can touch anything of the merchants that a search is limited to."""

from collections.abc import Sequence
from dataclasses import replace

from index.product_index import ProductIndex
from search.rules.plan import ActiveProductRule, RulePlan
from shopwindow.values.query import as_tuple


class RuleVisibility:
    """Leaves the rules out of a plan that are about other merchants' products alone.

    Such a rule would do nothing, but its name says what others sell. Each rule is looked up once.

    Args:
        index: Has the products; None where all merchants are seen, and no rule is left out.
        merchants: Ids of those that are seen.
    """

    def __init__(self, index: ProductIndex | None = None, merchants: tuple[str, ...] = ()) -> None:
        self._index = index
        self._merchants = merchants
        self._known: dict[str, tuple[ActiveProductRule, bool]] = {}

    def restrict(self, plan: RulePlan) -> RulePlan:
        """Return the plan without rules for products that none of the merchants has."""
        if self._index is None or not plan.has_product_rules:
            return plan
        index = self._index
        left_out = {each.name for each in plan.product_rules if not self._reaches(each, index)}
        return plan.exclude_rules(left_out) if left_out else plan

    def _reaches(self, rule: ActiveProductRule, index: ProductIndex) -> bool:
        known = self._known.get(rule.name)
        if known is None or known[0] is not rule:  # the rules may be exchanged at any time
            known = self._known[rule.name] = (rule, self._asked(rule, index))
        return known[1]

    def _asked(self, rule: ActiveProductRule, index: ProductIndex) -> bool:
        if rule.merchant:  # a plan has no rules of merchants that are not seen
            return True
        selection = rule.action.selection
        merchants = _common(self._merchants, as_tuple(selection.filters.merchant_id))
        if not merchants:
            return False
        seen = replace(selection.filters, merchant_id=merchants)
        if selection.ids:
            return bool(index.filter_products(selection.ids, seen))
        return bool(index.count(seen))


def _common(merchants: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the merchants that are named; all of them where none is."""
    return tuple(each for each in merchants if not named or each in named)
