"""The durable event log: appended to while requests are served, read back in order."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, Self, TypeVar

from shopwindow.eventlog.event_streams import AppendResult
from shopwindow.eventlog.log_identity import get_or_create_log_id
from shopwindow.eventlog.log_schema import COLUMN_LIST, COLUMN_NAMES, INSERT_EVENT, from_row, to_row
from shopwindow.eventlog.privacy_erasure import erase_user_events, find_linked_ids, truncate_wal
from shopwindow.eventlog.segment_queries import (
    count_events,
    find_end_cursor,
    find_existing_ids,
    read_events,
)
from shopwindow.eventlog.segments import Segments, transaction, wrap_log_errors
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Closeable, Event, ForkGuard, check_user_id, probe_writing
from shopwindow.values.errors import EventLogError, InvalidEventError

T = TypeVar("T")
ROTATE_BYTES = 128 << 20
_EVENT_ID = COLUMN_NAMES.index("event_id")


class EventLog(Closeable):
    """A folder of SQLite segments that several threads and processes may write to and read.

    Once `append` has returned, its events survive the death of the process and a loss of power.
    Each event id is in the log once: within a segment by its unique index, and across segments
    because a batch is looked up in the older ones before it is written, which costs one index
    search per event and older segment. It is an `EventSink` and an `EventSource`.

    Args:
        segments: The segment files.
        rotate_bytes: Segment size from which a new segment is begun.
        log_id: Identifies the log; it stays the same when the log is opened again.
    """

    def __init__(self, segments: Segments, rotate_bytes: int, log_id: str) -> None:
        self.log_id = log_id
        self._segments = segments
        self._rotate_bytes = rotate_bytes
        self._lock = RLock()
        self._process = ForkGuard("this EventLog")
        self._is_closed = False

    @classmethod
    def open(cls, folder: str | Path, *, rotate_bytes: int = ROTATE_BYTES) -> Self:
        """Open the log in a folder; folder and log are created if missing.

        An interrupted erasure is completed first.

        Args:
            folder: The folder of the segments.
            rotate_bytes: Segment size from which a new one is begun; older ones stay readable.

        Returns:
            The open log.

        Raises:
            EventLogVersionError: The log was written with another schema version.
            EventLogError: The folder cannot be used.
        """
        folder = Path(folder)
        with wrap_log_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            segments = Segments(folder)
            try:
                with segments.write_lock():
                    log_id = get_or_create_log_id(folder)
                    segments.get_active_segment(rotate_bytes)
                    for number in segments.list_numbers():
                        truncate_wal(segments.get_connection(number))
            except BaseException:
                segments.close()
                raise
        return cls(segments, rotate_bytes, log_id)

    @property
    def folder(self) -> Path:
        """The folder of the segments."""
        return self._segments.folder

    def append(self, events: Iterable[Event]) -> AppendResult:
        """Write a batch of events: all of them or none, durably; see `EventSink.append`.

        Returns:
            How many were new.

        Raises:
            EventLogError: They cannot be written.
        """
        rows = [to_row(event) for event in events]
        return self._run_guarded(lambda: self._append_rows(rows)) if rows else AppendResult(0, 0)

    def read(self, after: str = "", limit: int = 1000) -> tuple[list[Event], str]:
        """Read the next events, in the order in which they were written; see `EventSource.read`.

        Returns:
            The events, and the cursor after the last of them.

        Raises:
            InvalidEventError: The cursor is malformed, or the limit is below 1.
            EventLogError: The log cannot be read.
        """
        if limit < 1:
            raise InvalidEventError("limit", "a number of 1 or more", limit)
        return self._run_guarded(lambda: read_events(self._segments, after, limit))

    def get_end_cursor(self) -> str:
        """Return the cursor after the last event ever written; see `EventSource.get_end_cursor`.

        Raises:
            EventLogError: The log cannot be read.
        """
        return self._run_guarded(lambda: find_end_cursor(self._segments))

    def read_user_events(self, user_id: str) -> list[Event]:
        """Return all events of a visitor, in the order in which they were written.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user_id(user_id)
        query = f"SELECT {COLUMN_LIST} FROM events WHERE user_id <> '' AND user_id = ? ORDER BY seq"
        return [from_row(row) for row in self._query_segments(query, (user_id,))]

    def count(self, after: str = "") -> int:
        """Return the number of events after a cursor.

        Raises:
            InvalidEventError: The cursor is malformed.
            EventLogError: The log cannot be read.
        """
        return self._run_guarded(lambda: count_events(self._segments, after))

    def check_writable(self) -> None:
        """Check that the folder takes new files, without waiting for other writers.

        Raises:
            EventLogError: It does not: it is gone, read-only or full, or the log is closed.
        """
        self._run_guarded(lambda: probe_writing(self.folder))

    def find_linked_ids(self, user_id: str) -> LinkedIds:
        """Return the sessions and responses that link anonymous events to a visitor.

        Stores that hold only some of the visitor's events need them to erase the rest.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user_id(user_id)
        return self._run_guarded(lambda: find_linked_ids(self._list_connections(), user_id))

    def erase(self, user_id: str) -> int:
        """Erase every event of a visitor, impressions included, and its bytes from all segments.

        Anonymous events are theirs if they have a `session_id` or `query_id` that the visitor's
        own events have.

        Waits for other processes that are reading. Opening the log completes an interrupted
        erasure.

        Returns:
            How many events were erased.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The events cannot be erased.
        """
        check_user_id(user_id)
        return self._run_guarded(lambda: self._erase_user(user_id))

    def close(self) -> None:
        """Close the segments. Closing again does nothing."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._segments.close()

    def _run_guarded(self, operation: Callable[[], T]) -> T:
        self._process.check()
        with self._lock, wrap_log_errors(self.folder):
            if self._is_closed:
                raise EventLogError(f"the event log in {self.folder} is closed. Open it again.")
            return operation()

    def _append_rows(self, rows: Sequence[tuple[Any, ...]]) -> AppendResult:
        with self._segments.write_lock():
            active = self._segments.get_active_segment(self._rotate_bytes)
            connection = self._segments.get_connection(active)
            older = [
                self._segments.get_connection(number)
                for number in self._segments.list_numbers()
                if number != active
            ]
            existing_ids = find_existing_ids(older, [row[_EVENT_ID] for row in rows])
            new_rows = [row for row in rows if row[_EVENT_ID] not in existing_ids]
            with transaction(connection):
                n_before = connection.total_changes
                connection.executemany(INSERT_EVENT, new_rows)
                n_written = connection.total_changes - n_before
        return AppendResult(n_written, len(rows) - n_written)

    def _query_segments(self, query: str, parameters: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        def fetch_rows() -> list[tuple[Any, ...]]:
            return [
                row
                for connection in self._list_connections()
                for row in connection.execute(query, parameters).fetchall()
            ]

        return self._run_guarded(fetch_rows)

    def _list_connections(self) -> list[sqlite3.Connection]:
        return [self._segments.get_connection(number) for number in self._segments.list_numbers()]

    def _erase_user(self, user_id: str) -> int:
        with self._segments.write_lock():
            connections = self._list_connections()
            n_erased = erase_user_events(connections, user_id)
            for connection in connections:
                truncate_wal(connection)
        return n_erased
