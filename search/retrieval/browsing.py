"""A catalogue without a query: everything that passes the filters, page by page."""

import math
from collections.abc import Sequence

from index.product_index import ProductIndex
from index.store.points import OrderBy, Point
from search.cursor import Cursor
from search.pipeline.sorting import SORT_ORDERS
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import Query

_AT = "="
_LACKING = "~"
_EXPECTED = "the `next_cursor` of a page"


def browse(index: ProductIndex, query: Query, cursor: Cursor) -> tuple[list[Point], Cursor | None]:
    """Return one page of what passes the query's filters, in the order it asks for.

    An order by a value goes on at the value where it ended, without what was shown there: products
    that come and go meanwhile neither repeat nor hide others. Products without the value come
    last.

    Args:
        index: The catalogue.
        query: Filters, order, limit.
        cursor: Where the page before ended.

    Returns:
        The products, and where the next page begins; None at the end.

    Raises:
        InvalidQueryError: The cursor was made up.
    """
    if query.sort == "relevance":
        if cursor.after.startswith((_AT, _LACKING)):
            raise InvalidQueryError("cursor", _EXPECTED, cursor.after)
        points, after = index.browse(query.filters, cursor.after, query.limit)
        return points, cursor.advance((), after) if after else None
    order = SORT_ORDERS[query.sort]
    if cursor.after.startswith(_LACKING):
        return _lacking(index, query, order, cursor)
    return _having(index, query, order, cursor)


def _having(
    index: ProductIndex, query: Query, order: OrderBy, cursor: Cursor
) -> tuple[list[Point], Cursor | None]:
    start = _number(cursor.after.removeprefix(_AT)) if cursor.after else None
    wanted = query.limit + len(cursor.shown)
    found = index.browse_ordered(
        OrderBy(order.field, order.descending, start), query.filters, wanted + 1
    )
    rest = [each for each in found if not cursor.has_shown(each.id)]
    shown = rest[: query.limit]
    if len(rest) > query.limit:
        return shown, _after(shown, order, cursor)
    room = query.limit - len(shown)
    if room == 0:
        more = index.browse_missing(order.field, query.filters, "", 1)[0]
        return shown, cursor.start_at(_LACKING) if more else None
    without, after = index.browse_missing(order.field, query.filters, "", room)
    return shown + without, cursor.start_at(_LACKING + after) if after else None


def _number(text: str) -> float:
    """Return the value that a page ended at.

    Raises:
        InvalidQueryError: Somebody made the cursor up.
    """
    try:
        number = float(text)
    except ValueError as exc:
        raise InvalidQueryError("cursor", _EXPECTED, text) from exc
    if not math.isfinite(number):
        raise InvalidQueryError("cursor", _EXPECTED, text)
    return number


def _after(shown: Sequence[Point], order: OrderBy, cursor: Cursor) -> Cursor:
    """Return the cursor after a page: its last value, and everything shown that has it."""
    last = float(shown[-1].payload[order.field])
    at_last = [each.id for each in shown if float(each.payload[order.field]) == last]
    after = f"{_AT}{last!r}"
    before = cursor if cursor.after == after else cursor.start_at(after)
    return before.advance(at_last, after)


def _lacking(
    index: ProductIndex, query: Query, order: OrderBy, cursor: Cursor
) -> tuple[list[Point], Cursor | None]:
    begin = cursor.after.removeprefix(_LACKING)
    points, after = index.browse_missing(order.field, query.filters, begin, query.limit)
    return points, cursor.start_at(_LACKING + after) if after else None
