"""The event log: impressions, clicks, orders; a background writer, import and export."""

from shopwindow.eventlog.event_files import ImportReport, export_events, import_events
from shopwindow.eventlog.event_log import EventLog
from shopwindow.eventlog.event_rows import to_cells
from shopwindow.eventlog.event_streams import AppendResult, EventSink, EventSource
from shopwindow.eventlog.event_writer import EventWriter, WriterStats
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds

__all__ = [
    "NO_LINKED_IDS",
    "AppendResult",
    "EventLog",
    "EventSink",
    "EventSource",
    "EventWriter",
    "ImportReport",
    "LinkedIds",
    "WriterStats",
    "decode_cursor",
    "export_events",
    "import_events",
    "to_cells",
]
