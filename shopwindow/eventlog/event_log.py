"""The durable log of events: appended to while requests are served, read again in order."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, Self, TypeVar

from shopwindow.eventlog.log_cursor import decode_cursor, encode_cursor
from shopwindow.eventlog.log_identity import get_or_create_log_id
from shopwindow.eventlog.log_schema import COLUMN_LIST, COLUMN_NAMES, INSERT_EVENT, from_row, to_row
from shopwindow.eventlog.privacy_erasure import erase_user_events, find_linked_ids, truncate_wal
from shopwindow.eventlog.segments import Segments, transaction, wrap_log_errors
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import EventLogError, InvalidEventError
from shopwindow.values.event import Event, check_user_id
from shopwindow.values.fork_guard import ForkGuard

T = TypeVar("T")
ROTATE_BYTES = 128 << 20
_IDS_AT_ONCE = 500
_EVENT_ID = COLUMN_NAMES.index("event_id")


class AppendResult(NamedTuple):
    """What came of a batch.

    Attributes:
        written: Events that are new in the log.
        duplicates: Events whose id was there before; the first one of an id stays as it is.
    """

    written: int
    duplicates: int


class EventLog(Closeable):
    """A folder of SQLite files that several threads and processes may write to and read.

    What `append` has returned for survives the death of the process and a loss of power. Each id
    is in the log once: inside a file by its unique index, and across files because a batch is
    looked up in the older ones before it is written, which costs one search of an index for each
    event and older file.

    Args:
        segments: The files.
        rotate_bytes: Size from which a new file is begun.
        log_id: Names the log among others; it stays when the log is opened again.
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
        """Open the log of a folder; both are made when they are not there.

        An erasure that was interrupted is completed first.

        Args:
            folder: Where the files are.
            rotate_bytes: Size from which a new file is begun; the older ones stay readable.

        Returns:
            The open log.

        Raises:
            EventLogVersionError: Another schema wrote it.
            EventLogError: The folder cannot be used.
        """
        place = Path(folder)
        with wrap_log_errors(place):
            place.mkdir(parents=True, exist_ok=True)
            segments = Segments(place)
            try:
                with segments.write_lock():
                    log_id = get_or_create_log_id(place)
                    segments.get_active_segment(rotate_bytes)
                    for number in segments.list_numbers():
                        truncate_wal(segments.get_connection(number))
            except BaseException:
                segments.close()
                raise
        return cls(segments, rotate_bytes, log_id)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._segments.folder

    def append(self, events: Iterable[Event]) -> AppendResult:
        """Write events: all or, when this raises, none; durably when this returns.

        Returns:
            How many were new.

        Raises:
            EventLogError: They cannot be written.
        """
        rows = [to_row(each) for each in events]
        return self._guarded(lambda: self._appended(rows)) if rows else AppendResult(0, 0)

    def read(self, after: str = "", limit: int = 1000) -> tuple[list[Event], str]:
        """Return the next events in the order of writing.

        Args:
            after: The cursor that came with the events before; empty to begin.
            limit: Most events returned, 1 or more.

        Returns:
            The events, and the cursor after the last of them; without new events, the same one.

        Raises:
            InvalidEventError: The cursor is not one of ours, or the limit is below 1.
            EventLogError: The log cannot be read.
        """
        if limit < 1:
            raise InvalidEventError("limit", "a number of 1 or more", limit)
        place = decode_cursor(after)
        return self._guarded(lambda: self._read(place, after, limit))

    def get_end_cursor(self) -> str:
        """Return the cursor after the last event that was ever written, erased ones too.

        Raises:
            EventLogError: The log cannot be read.
        """
        return self._guarded(self._end)

    def read_user_events(self, user_id: str) -> list[Event]:
        """Return all events of a visitor in the order of writing.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user_id(user_id)
        ask = f"SELECT {COLUMN_LIST} FROM events WHERE user_id <> '' AND user_id = ? ORDER BY seq"
        return [from_row(row) for row in self._from_each(ask, (user_id,))]

    def count(self) -> int:
        """Return how many events there are.

        Raises:
            EventLogError: The log cannot be read.
        """
        return sum(int(row[0]) for row in self._from_each("SELECT count(*) FROM events"))

    def find_linked_ids(self, user_id: str) -> LinkedIds:
        """Return by what else a visitor's events can be known: for stores that have some of them.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user_id(user_id)
        return self._guarded(lambda: find_linked_ids(self._connections(), user_id))

    def erase(self, user_id: str) -> int:
        """Remove every event of a visitor, impressions too, and their bytes from all files.

        Events that name no visitor are theirs when they name a session, or an answer (`query_id`),
        that their own events name.

        It waits for those who read the files. When it is interrupted, opening the log completes it.

        Returns:
            How many there were.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: They cannot be removed.
        """
        check_user_id(user_id)
        return self._guarded(lambda: self._erased(user_id))

    def close(self) -> None:
        """Close the files. Closing again does nothing."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._segments.close()

    def _guarded(self, work: Callable[[], T]) -> T:
        self._process.check()
        with self._lock, wrap_log_errors(self.folder):
            if self._is_closed:
                raise EventLogError(f"the event log in {self.folder} is closed. Open it again.")
            return work()

    def _appended(self, rows: Sequence[tuple[Any, ...]]) -> AppendResult:
        with self._segments.write_lock():
            current = self._segments.get_active_segment(self._rotate_bytes)
            connection = self._segments.get_connection(current)
            older = [each for each in self._segments.list_numbers() if each != current]
            known = self._known([row[_EVENT_ID] for row in rows], older)
            new = [row for row in rows if row[_EVENT_ID] not in known]
            with transaction(connection):
                before = connection.total_changes
                connection.executemany(INSERT_EVENT, new)
                n_written = connection.total_changes - before
        return AppendResult(n_written, len(rows) - n_written)

    def _known(self, ids: Sequence[str], numbers: Iterable[int]) -> set[str]:
        found: set[str] = set()
        for number in numbers:
            connection = self._segments.get_connection(number)
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                marks = ", ".join("?" * len(some))
                ask = f"SELECT event_id FROM events WHERE event_id IN ({marks})"
                found.update(row[0] for row in connection.execute(ask, some))
        return found

    def _read(self, place: tuple[int, int], after: str, limit: int) -> tuple[list[Event], str]:
        ask = f"SELECT {COLUMN_LIST}, seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        found: list[Event] = []
        # Listed before they are read: a file that has a later one gets no more events.
        for number in self._segments.list_numbers():
            if number < place[0] or len(found) == limit:
                continue
            seq = place[1] if number == place[0] else 0
            connection = self._segments.get_connection(number)
            for row in connection.execute(ask, (seq, limit - len(found))).fetchall():
                found.append(from_row(row[:-1]))
                after = encode_cursor(number, row[-1])
        return found, after

    def _end(self) -> str:
        ask = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
        for number in reversed(self._segments.list_numbers()):
            if row := self._segments.get_connection(number).execute(ask).fetchone():
                return encode_cursor(number, row[0])
        return ""

    def _from_each(self, ask: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        def rows() -> list[tuple[Any, ...]]:
            return [
                row for each in self._connections() for row in each.execute(ask, values).fetchall()
            ]

        return self._guarded(rows)

    def _connections(self) -> list[sqlite3.Connection]:
        return [self._segments.get_connection(number) for number in self._segments.list_numbers()]

    def _erased(self, user_id: str) -> int:
        with self._segments.write_lock():
            opened = self._connections()
            n_erased = erase_user_events(opened, user_id)
            for each in opened:
                truncate_wal(each)
        return n_erased
