"""Removes the products that merchandising rules hide."""

from dataclasses import replace

from index import ProductIndex
from search.rules import apply_rules
from search.rules.plan import RulePlan
from shopwindow.ranking import CandidateSet
from shopwindow.values import Filters


def remove_hidden(
    candidates: CandidateSet, plan: RulePlan, filters: Filters, index: ProductIndex
) -> CandidateSet:
    """Return the candidates that no rule hides, in their order.

    This comes before variants are collapsed: a hidden product must not represent the others.
    """
    if not plan.hides:
        return candidates
    hide_plan = replace(plan, pins=(), boosts=(), buries=())
    visible = apply_rules(candidates, hide_plan, filters, index).candidates
    return candidates.keep(visible.positions)
