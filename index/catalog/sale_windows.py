"""When a sale is on, from a period in one cell or from two cells."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from index.catalog.date_formats import DateOrder
from index.catalog.null_words import is_null
from index.catalog.records import CellError
from index.catalog.timestamps import has_time_of_day, parse_datetime

_SEPARATOR = re.compile(r"/|\s[-–—]\s|[,;|~]|\s(?:to|bis|au|à|until|إلى|الى|حتى)\s", re.IGNORECASE)


class SaleWindow(NamedTuple):
    """When a sale is on, both ends inclusive; an open side is None."""

    start: datetime | None = None
    end: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        """Return whether the sale is on at a time."""
        return (self.start is None or self.start <= now) and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Return whether the sale has ended before a time."""
        return self.end is not None and self.end < now


def parse_sale_window(
    start: object, end: object, order: DateOrder = DateOrder.UNKNOWN
) -> SaleWindow:
    """Return when a sale is on; an empty start or end leaves that side open.

    An end without a time of day is the end of that day, as WooCommerce and Magento mean it.

    Args:
        start: When the sale starts; times without a zone are in UTC.
        end: When it ends.
        order: Whether the feed's dates have the day or the month first.

    Raises:
        CellError: One of them is not a date.
    """
    return SaleWindow(
        None if is_null("sale_dates", start) else parse_datetime(start, order),
        None if is_null("sale_dates", end) else _parse_end(end, order),
    )


def _parse_end(end: object, order: DateOrder) -> datetime:
    time = parse_datetime(end, order)
    return time if has_time_of_day(end) else time + timedelta(days=1, microseconds=-1)


def split_sale_period(value: object) -> tuple[str, str]:
    """Return the start and the end of a period in one cell, such as "2024-05-01/2024-06-01".

    Either may be empty. Dates that have slashes or dashes themselves are kept whole.
    Source: Google Merchant Center, attribute sale_price_effective_date.

    Raises:
        CellError: It is not a period.
    """
    text = str(value).strip()
    for start, end in _iter_splits(text):
        if all(not part or _is_date(part) for part in (start, end)):
            return start, end
    raise CellError(
        f'a period such as "2024-05-01T00:00Z/2024-06-01T00:00Z" expected, got {text[:60]!r}'
    )


def _iter_splits(text: str) -> Iterator[tuple[str, str]]:
    for match in _SEPARATOR.finditer(text):
        start, end = text[: match.start()].strip(), text[match.end() :].strip()
        if start or end:
            yield start, end
    yield text, ""


def _is_date(text: str) -> bool:
    try:
        parse_datetime(text, DateOrder.ANY)
    except CellError:
        return False
    return True
