"""Impressions, clicks, orders: their log, a writer off the request path, files in and out."""

from events.files import ImportReport, export_events, import_events
from events.log import Appended, EventLog
from events.writer import EventWriter, WriterStats

__all__ = [
    "Appended",
    "EventLog",
    "EventWriter",
    "ImportReport",
    "WriterStats",
    "export_events",
    "import_events",
]
