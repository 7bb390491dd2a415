"""Browsing without a query: everything that passes the filters, page by page."""

import math
from collections.abc import Sequence

from index import IndexEntry, ProductIndex
from index.store import OrderBy
from search.cursor import Cursor
from search.pipeline.sorting import SORT_ORDERS
from shopwindow.values import Query
from shopwindow.values.errors import InvalidQueryError

_VALUE_MARK = "="
_MISSING_MARK = "~"
_EXPECTED = "the `next_cursor` of a page"


def browse(
    index: ProductIndex, query: Query, cursor: Cursor
) -> tuple[list[IndexEntry], Cursor | None]:
    """Return one page of what passes the query's filters, in the query's sort order.

    A sorted page continues at the last value shown, without the products already shown at that
    value: products added or removed meanwhile cause no repeats or gaps. Products without the value
    come last.

    Args:
        index: The catalogue.
        query: Filters, sort order, limit.
        cursor: Where the previous page ended.

    Returns:
        The products, and where the next page begins; None at the end.

    Raises:
        InvalidQueryError: The cursor holds a position that `browse` never writes.
    """
    if query.sort == "relevance":
        if cursor.after.startswith((_VALUE_MARK, _MISSING_MARK)):
            raise InvalidQueryError("cursor", _EXPECTED, cursor.after)
        entries, after = index.browse(query.filters, cursor.after, query.limit)
        return entries, cursor.advance((), after) if after else None
    order = SORT_ORDERS[query.sort]
    if cursor.after.startswith(_MISSING_MARK):
        return _browse_missing(index, query, order, cursor)
    return _browse_sorted(index, query, order, cursor)


def _browse_sorted(
    index: ProductIndex, query: Query, order: OrderBy, cursor: Cursor
) -> tuple[list[IndexEntry], Cursor | None]:
    start = _parse_value(cursor.after.removeprefix(_VALUE_MARK)) if cursor.after else None
    # One more than the page needs tells whether there is a next page.
    n_points = query.limit + len(cursor.shown) + 1
    entries = index.browse_ordered(
        OrderBy(order.field, order.descending, start), query.filters, n_points
    )
    remaining = [entry for entry in entries if not cursor.has_shown(entry.id)]
    page = remaining[: query.limit]
    if len(remaining) > query.limit:
        return page, _advance_sorted(page, order, cursor)
    n_free = query.limit - len(page)
    if n_free == 0:
        has_missing = bool(index.browse_missing(order.field, query.filters, "", 1)[0])
        return page, cursor.start_at(_MISSING_MARK) if has_missing else None
    missing, after = index.browse_missing(order.field, query.filters, "", n_free)
    return page + missing, cursor.start_at(_MISSING_MARK + after) if after else None


def _parse_value(text: str) -> float:
    """Return the value that a page ended at.

    Raises:
        InvalidQueryError: The text is no finite number, so `browse` did not write it.
    """
    try:
        value = float(text)
    except ValueError as exc:
        raise InvalidQueryError("cursor", _EXPECTED, text) from exc
    if not math.isfinite(value):
        raise InvalidQueryError("cursor", _EXPECTED, text)
    return value


def _advance_sorted(page: Sequence[IndexEntry], order: OrderBy, cursor: Cursor) -> Cursor:
    """Return the cursor after a page: its last value, and all products shown that have it."""
    last_value = float(page[-1].payload[order.field])
    tied = [entry.id for entry in page if float(entry.payload[order.field]) == last_value]
    after = f"{_VALUE_MARK}{last_value!r}"
    previous = cursor if cursor.after == after else cursor.start_at(after)
    return previous.advance(tied, after)


def _browse_missing(
    index: ProductIndex, query: Query, order: OrderBy, cursor: Cursor
) -> tuple[list[IndexEntry], Cursor | None]:
    start = cursor.after.removeprefix(_MISSING_MARK)
    entries, after = index.browse_missing(order.field, query.filters, start, query.limit)
    return entries, cursor.start_at(_MISSING_MARK + after) if after else None
