"""Which rules can touch anything of the merchants that a search is limited to."""

from collections.abc import Sequence
from dataclasses import replace

from index.product_index import ProductIndex
from search.rules.plan import Plan, ProductRule
from shopwindow.values.query import several


class Reach:
    """Leaves the rules out of a plan that are about other merchants' products alone.

    Such a rule would do nothing, but its name says what others sell. Each rule is looked up once.

    Args:
        index: Has the products; None where all merchants are seen, and no rule is left out.
        merchants: Ids of those that are seen.
    """

    def __init__(self, index: ProductIndex | None = None, merchants: tuple[str, ...] = ()) -> None:
        self._index = index
        self._merchants = merchants
        self._known: dict[str, tuple[ProductRule, bool]] = {}

    def limited(self, plan: Plan) -> Plan:
        """Return the plan without rules for products that none of the merchants has."""
        if self._index is None or not plan.moves:
            return plan
        index = self._index
        left_out = {each.rule for each in plan.moving if not self._reaches(each, index)}
        return plan.without(left_out) if left_out else plan

    def _reaches(self, rule: ProductRule, index: ProductIndex) -> bool:
        known = self._known.get(rule.rule)
        if known is None or known[0] is not rule:  # the rules may be exchanged at any time
            known = self._known[rule.rule] = (rule, self._asked(rule, index))
        return known[1]

    def _asked(self, rule: ProductRule, index: ProductIndex) -> bool:
        if rule.merchant:  # a plan has no rules of merchants that are not seen
            return True
        selection = rule.action.selection
        merchants = _common(self._merchants, several(selection.filters.merchant_id))
        if not merchants:
            return False
        seen = replace(selection.filters, merchant_id=merchants)
        if selection.ids:
            return bool(index.products_passing(selection.ids, seen))
        return bool(index.count(seen))


def _common(merchants: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the merchants that are named; all of them where none is."""
    return tuple(each for each in merchants if not named or each in named)
