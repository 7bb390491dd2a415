"""Import events from files into the log, and export them from the log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shopwindow.eventlog.event_log import EventLog
from shopwindow.eventlog.event_rows import (
    COLUMN_ALIASES,
    REQUIRED_FIELDS,
    map_columns,
    to_cells,
    to_event,
)
from shopwindow.eventlog.event_streams import EventSink, EventSource
from shopwindow.eventlog.row_files import FileRow, open_row_writer, read_rows, supports_nested
from shopwindow.values import Event
from shopwindow.values.errors import EventFileError, InvalidEventError

MAX_REPORTED_REJECTIONS = 1000
_BATCH_SIZE = 1000


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not imported, and why.

    Attributes:
        line: Its line, from 1; in Parquet the number of the row.
        reason: What was expected and what came.
    """

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """Counts of an import.

    Attributes:
        written: Events that are new in the log.
        duplicates: Events whose id was in the log already.
        n_rejected: Rows that were not imported.
        rejected: The first `MAX_REPORTED_REJECTIONS` of them.
    """

    written: int = 0
    duplicates: int = 0
    n_rejected: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


def import_events(log: EventSink, path: str | Path) -> ImportReport:
    """Append the events of a CSV, JSON Lines or Parquet file to a log.

    Columns are recognised by their usual names
    (`shopwindow.eventlog.event_rows.COLUMN_ALIASES`). A time without a zone is in UTC; a "view" is
    a click: the product's page was opened. An invalid row is rejected and counted, and the import
    goes on. Importing the same file again writes nothing new.

    Args:
        log: The log to append to.
        path: The file; its suffix says its format.

    Returns:
        How many events were written and how many rows rejected.

    Raises:
        EventFileError: The file is missing, not of the format of its suffix, or lacks a required
            column; or it is truncated, and the events before that point are in the log.
        EventLogError: The log cannot be written; earlier batches are in it.
    """
    report = ImportReport()
    batch: list[Event] = []
    try:
        for event in _read_events(Path(path), report):
            batch.append(event)
            if len(batch) == _BATCH_SIZE:
                _append_batch(log, batch, report)
    finally:  # keeps what could be read of a truncated file
        _append_batch(log, batch, report)
    return report


def export_events(log: EventLog, path: str | Path, user_id: str = "") -> int:
    """Write the events of a log to a CSV, JSON Lines or Parquet file, in the order of writing.

    Args:
        log: The log to export.
        path: The file, which is replaced; its suffix says its format.
        user_id: Export only the events of this visitor; all events when empty.

    Returns:
        How many events were exported.

    Raises:
        EventFileError: The file cannot be written, or its suffix is not supported.
        EventLogError: The log cannot be read.
    """
    path = Path(path)
    nested, times = supports_nested(path), path.suffix.lower() == ".parquet"
    n_written = 0
    with open_row_writer(path) as write_row:
        for event in log.read_user_events(user_id) if user_id else _iterate_log(log):
            write_row(to_cells(event, nested, times))
            n_written += 1
    return n_written


def _read_events(path: Path, report: ImportReport) -> Iterator[Event]:
    is_first = True
    for row in read_rows(path):
        if is_first and not row.parse_error:
            _check_columns(path, row)
            is_first = False
        try:
            if row.parse_error:
                _reject_row(report, row.line, row.parse_error)
            else:
                yield to_event(row.cells, row.line)
        except InvalidEventError as exc:
            _reject_row(report, row.line, str(exc))


def _check_columns(path: Path, first_row: FileRow) -> None:
    """Check that a table has the columns that every event needs.

    Raises:
        EventFileError: A required column is missing.
    """
    columns = map_columns(first_row.cells)
    if supports_nested(path):  # each object may have keys of its own
        return
    for name in REQUIRED_FIELDS:
        if name not in columns:
            expected = ", ".join((name, *COLUMN_ALIASES[name]))
            actual = ", ".join(map(str, first_row.cells))
            reason = f"no column for {name}: expected one of {expected}; it has {actual}"
            raise EventFileError(path, reason)


def _reject_row(report: ImportReport, line: int, reason: str) -> None:
    report.n_rejected += 1
    if len(report.rejected) < MAX_REPORTED_REJECTIONS:
        report.rejected.append(RejectedRow(line, reason))


def _append_batch(log: EventSink, batch: list[Event], report: ImportReport) -> None:
    result = log.append(batch)
    report.written += result.written
    report.duplicates += result.duplicates
    batch.clear()


def _iterate_log(log: EventSource) -> Iterable[Event]:
    events, cursor = log.read(limit=_BATCH_SIZE)
    while events:
        yield from events
        events, cursor = log.read(cursor, _BATCH_SIZE)
