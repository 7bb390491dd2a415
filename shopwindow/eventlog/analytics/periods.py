"""A period in the numbers that the stores keep times in."""

from typing import TypeAlias

from shopwindow.eventlog.analytics.event_store import LATE_PURCHASE, Period
from shopwindow.eventlog.log_schema import microseconds

Bounds: TypeAlias = tuple[int, int]

DAY_US = 86_400_000_000
LATE_US = round(LATE_PURCHASE.total_seconds() * 1_000_000)
_FIRST, _END = -(1 << 62), 1 << 62


def bounds(period: Period) -> Bounds:
    """Return the beginning and the end of a period, in microseconds since 1970."""
    since = _FIRST if period.since is None else microseconds(period.since)
    until = _END if period.until is None else microseconds(period.until)
    return since, until
