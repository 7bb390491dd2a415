"""The analytic store behind the log: counts, rates and training rows over all events."""

from shopwindow.eventlog.analytics.event_store import ALWAYS, Batch, EventStore, Period
from shopwindow.eventlog.analytics.rates import DayTotal, PositionRate, RankerRate
from shopwindow.eventlog.analytics.store_addresses import open_store
from shopwindow.eventlog.analytics.sync import RollOver, roll_over

__all__ = [
    "ALWAYS",
    "Batch",
    "DayTotal",
    "EventStore",
    "Period",
    "PositionRate",
    "RankerRate",
    "RollOver",
    "open_store",
    "roll_over",
]
