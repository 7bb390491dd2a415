"""The analytic event store behind the log: counts, rates and training rows over all events."""

from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventBatch, EventStore, Period
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.analytics.store_addresses import open_event_store
from shopwindow.eventlog.analytics.sync import SyncResult, sync_events

__all__ = [
    "ALL_TIME",
    "DailyCount",
    "EventBatch",
    "EventStore",
    "Period",
    "PositionClickRate",
    "RankerPerformance",
    "SyncResult",
    "open_event_store",
    "sync_events",
]
