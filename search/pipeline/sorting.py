"""Answers in the order of a price, a date or a popularity."""

from collections.abc import Mapping, Sequence

from index.field_rows import FieldRows
from index.store.points import OrderBy
from search.retrieval.fusion import Candidate
from shopwindow.values.query import Sort

SORT_ORDERS: Mapping[Sort, OrderBy] = {
    "price_asc": OrderBy("price"),
    "price_desc": OrderBy("price", descending=True),
    "newest": OrderBy("created_at", descending=True),
    "popular": OrderBy("popularity", descending=True),
}
"""The stored field behind each order but that of relevance."""


def sort_candidates(
    candidates: Sequence[Candidate], sort: Sort, rows: FieldRows
) -> list[Candidate]:
    """Put candidates in the order asked for; equal ones and those without the value by relevance.

    Args:
        candidates: Best first.
        sort: The order.
        rows: Have the values.

    Returns:
        The candidates; those without the value last.
    """
    if sort == "relevance":
        return list(candidates)
    order = SORT_ORDERS[sort]
    values = rows.first_values(order.field)
    sign = -1.0 if order.descending else 1.0
    having = [each for each in candidates if each.id in values]
    having.sort(key=lambda each: sign * float(values[each.id]))
    return having + [each for each in candidates if each.id not in values]
