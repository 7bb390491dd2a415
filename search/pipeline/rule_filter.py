"""What no rule may show, taken out before anything else is done with the candidates."""

from collections.abc import Sequence
from dataclasses import replace

from index.product_index import ProductIndex
from search.retrieval.fusion import Candidate
from search.rules import apply_rules
from search.rules.plan import RulePlan
from shopwindow.values.query import Filters


def remove_hidden(
    candidates: Sequence[Candidate], plan: RulePlan, filters: Filters, index: ProductIndex
) -> list[Candidate]:
    """Return the candidates that no rule hides, in their order.

    A hidden product must not stand for its variants, so it goes before they are folded.
    """
    if not plan.hides:
        return list(candidates)
    hiding = replace(plan, pins=(), boosts=(), buries=())
    left = {each.id for each in apply_rules(candidates, hiding, filters, index).candidates}
    return [each for each in candidates if each.id in left]
