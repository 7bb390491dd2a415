"""A period in the numbers that the stores keep times in."""

from typing import TypeAlias

from shopwindow.eventlog.analytics.event_store import ATTRIBUTION_WINDOW, Period
from shopwindow.eventlog.log_schema import to_microseconds

TimeBounds: TypeAlias = tuple[int, int]

DAY_US = 86_400_000_000
ATTRIBUTION_WINDOW_US = round(ATTRIBUTION_WINDOW.total_seconds() * 1_000_000)
_FIRST, _END = -(1 << 62), 1 << 62


def to_time_bounds(period: Period) -> TimeBounds:
    """Return the beginning and the end of a period, in microseconds since 1970."""
    since = _FIRST if period.since is None else to_microseconds(period.since)
    until = _END if period.until is None else to_microseconds(period.until)
    return since, until
