"""Sorts results by price, date or popularity."""

from collections.abc import Mapping

from index.store import OrderBy
from shopwindow.ranking import CandidateSet
from shopwindow.values import Sort

SORT_ORDERS: Mapping[Sort, OrderBy] = {
    "price_asc": OrderBy("price"),
    "price_desc": OrderBy("price", descending=True),
    "newest": OrderBy("created_at", descending=True),
    "popular": OrderBy("popularity", descending=True),
}
"""The stored field and direction of each sort order but relevance."""


def sort_candidates(
    candidates: CandidateSet, order: OrderBy, values: Mapping[str, float]
) -> CandidateSet:
    """Sort candidates by a value; ties keep the order of relevance.

    Args:
        candidates: Best first.
        order: Says whether the greatest value comes first.
        values: By product id.

    Returns:
        The candidates, those without a value last, by relevance.
    """
    sign = -1.0 if order.descending else 1.0
    having = [n for n, product_id in enumerate(candidates.ids) if product_id in values]
    having.sort(key=lambda n: sign * values[candidates.ids[n]])
    lacking = [n for n, product_id in enumerate(candidates.ids) if product_id not in values]
    return candidates.take(having + lacking)
