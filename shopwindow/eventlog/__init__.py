"""Impressions, clicks, orders: their log, a writer off the request path, files in and out."""

from shopwindow.eventlog.event_files import ImportReport, export_events, import_events
from shopwindow.eventlog.event_log import AppendResult, EventLog
from shopwindow.eventlog.event_writer import EventWriter, WriterStats

__all__ = [
    "AppendResult",
    "EventLog",
    "EventWriter",
    "ImportReport",
    "WriterStats",
    "export_events",
    "import_events",
]
