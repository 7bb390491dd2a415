"""Sorts results by price, date or popularity."""

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
"""The stored field and direction of each sort order but relevance."""


def sort_candidates(
    candidates: Sequence[Candidate], sort: Sort, rows: FieldRows
) -> list[Candidate]:
    """Sort candidates by a stored value; ties keep the order of relevance.

    Args:
        candidates: Best first.
        sort: The sort order.
        rows: Values of the candidates.

    Returns:
        The candidates, those without the value last, by relevance.
    """
    if sort == "relevance":
        return list(candidates)
    order = SORT_ORDERS[sort]
    values = rows.first_values(order.field)
    sign = -1.0 if order.descending else 1.0
    with_value = [candidate for candidate in candidates if candidate.id in values]
    with_value.sort(key=lambda candidate: sign * float(values[candidate.id]))
    return with_value + [candidate for candidate in candidates if candidate.id not in values]
