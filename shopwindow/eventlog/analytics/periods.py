"""Periods in microseconds since 1970, the unit in which stores keep times."""

from typing import TypeAlias

from shopwindow.eventlog.analytics.event_store import ATTRIBUTION_WINDOW, Period
from shopwindow.eventlog.log_schema import to_microseconds

TimeBounds: TypeAlias = tuple[int, int]
"""(since, until) in microseconds since 1970, half-open."""

DAY_US = 86_400_000_000
ATTRIBUTION_WINDOW_US = round(ATTRIBUTION_WINDOW.total_seconds() * 1_000_000)
_MIN_US, _MAX_US = -(1 << 62), 1 << 62


def to_time_bounds(period: Period) -> TimeBounds:
    """Return a period in microseconds since 1970; an open end is beyond every time."""
    since = _MIN_US if period.since is None else to_microseconds(period.since)
    until = _MAX_US if period.until is None else to_microseconds(period.until)
    return since, until
