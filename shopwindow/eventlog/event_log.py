"""The durable log of events: appended to while requests are served, read again in order."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, Self, TypeVar

from shopwindow.eventlog.log_cursor import cursor_of, place_of
from shopwindow.eventlog.log_identity import identity
from shopwindow.eventlog.log_schema import COLUMNS, INSERT, NAMES, from_row, to_row
from shopwindow.eventlog.privacy_erasure import clean, erase_rows, traces_of
from shopwindow.eventlog.segments import Segments, errors_named, transaction
from shopwindow.eventlog.visitor_traces import Traces
from shopwindow.values.closing import Closing
from shopwindow.values.errors import EventLogError, InvalidEventError
from shopwindow.values.event import Event, check_user
from shopwindow.values.fork_guard import OneProcess

T = TypeVar("T")
ROTATE_BYTES = 128 << 20
_IDS_AT_ONCE = 500
_EVENT_ID = NAMES.index("event_id")


class Appended(NamedTuple):
    """What came of a batch.

    Attributes:
        written: Events that are new in the log.
        repeated: Events whose id was there before; the first one of an id stays as it is.
    """

    written: int
    repeated: int


class EventLog(Closing):
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
        self._process = OneProcess("this EventLog")
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
        with errors_named(place):
            place.mkdir(parents=True, exist_ok=True)
            segments = Segments(place)
            try:
                with segments.writing():
                    log_id = identity(place)
                    segments.current(rotate_bytes)
                    for number in segments.numbers():
                        clean(segments.connection(number))
            except BaseException:
                segments.close()
                raise
        return cls(segments, rotate_bytes, log_id)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._segments.folder

    def append(self, events: Iterable[Event]) -> Appended:
        """Write events: all or, when this raises, none; durably when this returns.

        Returns:
            How many were new.

        Raises:
            EventLogError: They cannot be written.
        """
        rows = [to_row(each) for each in events]
        return self._guarded(lambda: self._appended(rows)) if rows else Appended(0, 0)

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
        place = place_of(after)
        return self._guarded(lambda: self._read(place, after, limit))

    def end(self) -> str:
        """Return the cursor after the last event that was ever written, erased ones too.

        Raises:
            EventLogError: The log cannot be read.
        """
        return self._guarded(self._end)

    def of_user(self, user_id: str) -> list[Event]:
        """Return all events of a visitor in the order of writing.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user(user_id)
        ask = f"SELECT {COLUMNS} FROM events WHERE user_id <> '' AND user_id = ? ORDER BY seq"
        return [from_row(row) for row in self._from_each(ask, (user_id,))]

    def count(self) -> int:
        """Return how many events there are.

        Raises:
            EventLogError: The log cannot be read.
        """
        return sum(int(row[0]) for row in self._from_each("SELECT count(*) FROM events"))

    def traces(self, user_id: str) -> Traces:
        """Return by what else a visitor's events can be known: for stores that have some of them.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read.
        """
        check_user(user_id)
        return self._guarded(lambda: traces_of(self._connections(), user_id))

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
        check_user(user_id)
        return self._guarded(lambda: self._erased(user_id))

    def close(self) -> None:
        """Close the files. Closing again does nothing."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._segments.close()

    def _guarded(self, work: Callable[[], T]) -> T:
        self._process.check()
        with self._lock, errors_named(self.folder):
            if self._is_closed:
                raise EventLogError(f"the event log in {self.folder} is closed. Open it again.")
            return work()

    def _appended(self, rows: Sequence[tuple[Any, ...]]) -> Appended:
        with self._segments.writing():
            current = self._segments.current(self._rotate_bytes)
            connection = self._segments.connection(current)
            older = [each for each in self._segments.numbers() if each != current]
            known = self._known([row[_EVENT_ID] for row in rows], older)
            new = [row for row in rows if row[_EVENT_ID] not in known]
            with transaction(connection):
                before = connection.total_changes
                connection.executemany(INSERT, new)
                n_written = connection.total_changes - before
        return Appended(n_written, len(rows) - n_written)

    def _known(self, ids: Sequence[str], numbers: Iterable[int]) -> set[str]:
        found: set[str] = set()
        for number in numbers:
            connection = self._segments.connection(number)
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                marks = ", ".join("?" * len(some))
                ask = f"SELECT event_id FROM events WHERE event_id IN ({marks})"
                found.update(row[0] for row in connection.execute(ask, some))
        return found

    def _read(self, place: tuple[int, int], after: str, limit: int) -> tuple[list[Event], str]:
        ask = f"SELECT {COLUMNS}, seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        found: list[Event] = []
        # Listed before they are read: a file that has a later one gets no more events.
        for number in self._segments.numbers():
            if number < place[0] or len(found) == limit:
                continue
            seq = place[1] if number == place[0] else 0
            connection = self._segments.connection(number)
            for row in connection.execute(ask, (seq, limit - len(found))).fetchall():
                found.append(from_row(row[:-1]))
                after = cursor_of(number, row[-1])
        return found, after

    def _end(self) -> str:
        ask = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
        for number in reversed(self._segments.numbers()):
            if row := self._segments.connection(number).execute(ask).fetchone():
                return cursor_of(number, row[0])
        return ""

    def _from_each(self, ask: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        def rows() -> list[tuple[Any, ...]]:
            return [
                row for each in self._connections() for row in each.execute(ask, values).fetchall()
            ]

        return self._guarded(rows)

    def _connections(self) -> list[sqlite3.Connection]:
        return [self._segments.connection(number) for number in self._segments.numbers()]

    def _erased(self, user_id: str) -> int:
        with self._segments.writing():
            opened = self._connections()
            n_erased = erase_rows(opened, user_id)
            for each in opened:
                clean(each)
        return n_erased
