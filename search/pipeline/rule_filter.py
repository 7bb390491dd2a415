"""Removes the products that merchandising rules hide."""

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

    This comes before variants are collapsed: a hidden product must not represent the others.
    """
    if not plan.hides:
        return list(candidates)
    hide_plan = replace(plan, pins=(), boosts=(), buries=())
    visible = apply_rules(candidates, hide_plan, filters, index).candidates
    visible_ids = {candidate.id for candidate in visible}
    return [candidate for candidate in candidates if candidate.id in visible_ids]
