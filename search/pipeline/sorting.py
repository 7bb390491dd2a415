"""Sorts results by price, date or popularity."""

from collections.abc import Mapping

from index import FieldRows
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


def sort_candidates(candidates: CandidateSet, sort: Sort, rows: FieldRows) -> CandidateSet:
    """Sort candidates by a stored value; ties keep the order of relevance.

    Args:
        candidates: Best first.
        sort: The sort order.
        rows: Values of the candidates.

    Returns:
        The candidates, those without the value last, by relevance.
    """
    if sort == "relevance":
        return candidates
    order = SORT_ORDERS[sort]
    values = rows.first_values(order.field)
    sign = -1.0 if order.descending else 1.0
    having = [n for n, product_id in enumerate(candidates.ids) if product_id in values]
    having.sort(key=lambda n: sign * float(values[candidates.ids[n]]))
    lacking = [n for n, product_id in enumerate(candidates.ids) if product_id not in values]
    return candidates.take(having + lacking)
