"""The event log: impressions, clicks, orders; a background writer, import and export."""

from shopwindow.eventlog.event_files import ImportReport, export_events, import_events
from shopwindow.eventlog.event_log import EventLog
from shopwindow.eventlog.event_streams import AppendResult, EventSink, EventSource
from shopwindow.eventlog.event_writer import EventWriter, WriterStats

__all__ = [
    "AppendResult",
    "EventLog",
    "EventSink",
    "EventSource",
    "EventWriter",
    "ImportReport",
    "WriterStats",
    "export_events",
    "import_events",
]
