"""The analytic store behind the log: counts, rates and training rows over all events."""

from events.analysis.opening import open_store
from events.analysis.rollover import RollOver, roll_over
from events.analysis.store import (
    ALWAYS,
    Batch,
    DayTotal,
    EventStore,
    Period,
    PositionRate,
    RankerRate,
)

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
