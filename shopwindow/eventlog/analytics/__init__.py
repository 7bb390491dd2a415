"""The analytic event store behind the log: counts, rates and training rows over all events."""

from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventBatch, EventStore, Period
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.analytics.store_addresses import (
    erase_from_configured_store,
    open_configured_store,
    open_event_store,
    resolve_store_address,
    store_exists,
)
from shopwindow.eventlog.analytics.sync import SyncResult, sync_events
from shopwindow.eventlog.analytics.training_file import export_training_rows

__all__ = [
    "ALL_TIME",
    "DailyCount",
    "EventBatch",
    "EventStore",
    "Period",
    "PositionClickRate",
    "RankerPerformance",
    "SyncResult",
    "erase_from_configured_store",
    "export_training_rows",
    "open_configured_store",
    "open_event_store",
    "resolve_store_address",
    "store_exists",
    "sync_events",
]
