"""The analytic store behind the log: counts, rates and training rows over all events."""

from events.analysis.opening import open_store
from events.analysis.rates import DayTotal, PositionRate, RankerRate
from events.analysis.rollover import RollOver, roll_over
from events.analysis.store import ALWAYS, Batch, EventStore, Period

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
