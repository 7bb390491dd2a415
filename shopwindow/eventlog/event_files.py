"""Events from files into the log, and from the log into files."""

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
from shopwindow.eventlog.row_files import FileRow, open_row_writer, read_rows, supports_nested
from shopwindow.values.errors import EventFileError, InvalidEventError
from shopwindow.values.event import Event

MAX_REPORTED_REJECTIONS = 1000
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that did not become an event, and why.

    Attributes:
        line: Its line from 1; in Parquet the number of the row.
        reason: What was expected and what came.
    """

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What came of a file of events.

    Attributes:
        written: Events that are new in the log.
        duplicates: Events whose id was there before.
        n_rejected: Rows that did not become an event.
        rejected: The first thousand of them.
    """

    written: int = 0
    duplicates: int = 0
    n_rejected: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


def import_events(log: EventLog, path: str | Path) -> ImportReport:
    """Append the events of a CSV, JSON Lines or Parquet file to a log.

    Columns go by their usual names (`shopwindow.eventlog.event_rows.COLUMN_ALIASES`). A time without a zone is in UTC; a
    "view" is a click: the product's page was opened. A row that cannot be used is refused and
    counted, and the rest goes on. The same file again writes nothing new.

    Args:
        log: The log.
        path: The file; its ending says what it is.

    Returns:
        What came of it.

    Raises:
        EventFileError: The file is missing, not what its name says, or lacks a needed column; or
            it breaks off, and what came before is in the log.
        EventLogError: The log cannot be written; the batches before are in it.
    """
    report = ImportReport()
    batch: list[Event] = []
    try:
        for event in _events(Path(path), report):
            batch.append(event)
            if len(batch) == _BATCH:
                _append(log, batch, report)
    finally:  # what could be read of a file that breaks off
        _append(log, batch, report)
    return report


def export_events(log: EventLog, path: str | Path, user_id: str = "") -> int:
    """Write the events of a log to a CSV, JSON Lines or Parquet file, in the order of writing.

    Args:
        log: The log.
        path: The file; its ending says what it is. It is replaced.
        user_id: Only the events of this visitor; everybody's when empty.

    Returns:
        How many there were.

    Raises:
        EventFileError: The file cannot be written, or its ending is not known.
        EventLogError: The log cannot be read.
    """
    place = Path(path)
    nested, times = supports_nested(place), place.suffix.lower() == ".parquet"
    n_written = 0
    with open_row_writer(place) as write:
        for event in log.read_user_events(user_id) if user_id else _all(log):
            write(to_cells(event, nested, times))
            n_written += 1
    return n_written


def _events(path: Path, report: ImportReport) -> Iterator[Event]:
    is_first = True
    for row in read_rows(path):
        if is_first and not row.parse_error:
            _check_columns(path, row)
            is_first = False
        try:
            if row.parse_error:
                _refuse(report, row.line, row.parse_error)
            else:
                yield to_event(row.cells, row.line)
        except InvalidEventError as exc:
            _refuse(report, row.line, str(exc))


def _check_columns(path: Path, first: FileRow) -> None:
    """Refuse a table none of whose rows could be used.

    Raises:
        EventFileError: A needed column is missing.
    """
    own = map_columns(first.cells)
    if supports_nested(path):  # each object may have keys of its own
        return
    for name in REQUIRED_FIELDS:
        if name not in own:
            names = ", ".join((name, *COLUMN_ALIASES[name]))
            has = ", ".join(map(str, first.cells))
            reason = f"no column for {name}: expected one of {names}; it has {has}"
            raise EventFileError(path, reason)


def _refuse(report: ImportReport, line: int, reason: str) -> None:
    report.n_rejected += 1
    if len(report.rejected) < MAX_REPORTED_REJECTIONS:
        report.rejected.append(RejectedRow(line, reason))


def _append(log: EventLog, batch: list[Event], report: ImportReport) -> None:
    appended = log.append(batch)
    report.written += appended.written
    report.duplicates += appended.duplicates
    batch.clear()


def _all(log: EventLog) -> Iterable[Event]:
    events, cursor = log.read(limit=_BATCH)
    while events:
        yield from events
        events, cursor = log.read(cursor, _BATCH)
