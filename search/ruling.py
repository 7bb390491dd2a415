"""The merchandiser's rules where there is no ranked list, and before there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.query import Filters
from index.payload import point_id
from index.points import Point
from index.product_index import ProductIndex
from search.fusion import Candidate
from search.rules import applied
from search.rules.plan import Plan


def without_hidden(
    candidates: Sequence[Candidate], plan: Plan, filters: Filters, index: ProductIndex
) -> list[Candidate]:
    """Return the candidates that no rule hides, in their order.

    A hidden product must not stand for its variants, so it goes before they are folded.
    """
    if not plan.hides:
        return list(candidates)
    hiding = replace(plan, pins=(), boosts=(), buries=())
    left = {each.id for each in applied(candidates, hiding, filters, index).candidates}
    return [each for each in candidates if each.id in left]


def ruled_page(
    points: Sequence[Point], plan: Plan, filters: Filters, index: ProductIndex, is_first: bool
) -> tuple[list[Point], Mapping[str, tuple[str, ...]]]:
    """Return one page of a browsed catalogue without what is hidden, pinned products first.

    Boosts and buries need scores, which browsing has not.

    Args:
        points: The page, in its order.
        plan: The rules in force.
        filters: What is browsed.
        index: Has the pinned products.
        is_first: Whether it is the first page: pinned products are shown there, and nowhere else.

    Returns:
        The page, and the rules that moved each of its points.
    """
    if not plan.moves:
        return list(points), {}
    pinned = {point_id(each) for rule in plan.pins for each in rule.action.ids}
    listed = [Candidate(p.id, -float(n), {}) for n, p in enumerate(points) if p.id not in pinned]
    acting = replace(plan, boosts=(), buries=(), pins=plan.pins if is_first else ())
    ruled = applied(listed, acting, filters, index)
    ids = [each.id for each in ruled.candidates]
    known = {each.id: each for each in points}
    known |= index.points([each for each in ids if each not in known])
    return [known[each] for each in ids if each in known], ruled.rules
