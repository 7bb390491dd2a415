"""The segment files of an event log, their connections, and the write lock."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shopwindow.eventlog.log_schema import CREATE_STATEMENTS, MIGRATIONS, SCHEMA_VERSION
from shopwindow.values import fsync_directory
from shopwindow.values.errors import EventLogError, EventLogVersionError

BUSY_TIMEOUT_S = 30.0
PRAGMAS = ("synchronous = FULL", "secure_delete = ON")
"""FULL: what is acknowledged survives a loss of power too. Source: sqlite.org/pragma.html."""

_LOCK_NAME = "lock.sqlite"
_TEMPORARY_NAME = "new.sqlite"
_SEGMENT_NAME = re.compile(r"events-(\d{6,})\.sqlite")


class Segments:
    """The files `events-000001.sqlite`, ... of one folder; new events go to the last one.

    A writer holds the lock, so there is one writer at a time among all processes, and only the
    last segment gets new events. The lock is a transaction on an empty database: it ends with its
    process, however that ends.

    Args:
        folder: The existing folder of the log.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connections: dict[int, sqlite3.Connection] = {}
        self._lock = _connect(folder / _LOCK_NAME)

    def list_numbers(self) -> list[int]:
        """Return the numbers of the segments, oldest first."""
        matches = (_SEGMENT_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in matches if match)

    def get_path(self, number: int) -> Path:
        """Return the path of a segment."""
        return self.folder / f"events-{number:06d}.sqlite"

    def get_connection(self, number: int) -> sqlite3.Connection:
        """Return the connection to a segment, opening it on first use; old ones are migrated.

        Raises:
            EventLogVersionError: The segment was written with another schema version.
            sqlite3.Error: The segment cannot be opened.
        """
        if number not in self._connections:
            path = self.get_path(number)
            connection = _connect(path)
            try:
                _migrate(connection, path)
            except BaseException:
                connection.close()
                raise
            self._connections[number] = connection
        return self._connections[number]

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the write lock; other processes wait for it.

        Yields:
            Nothing.

        Raises:
            sqlite3.Error: Another process held it for longer than `BUSY_TIMEOUT_S`.
        """
        self._lock.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._lock.execute("ROLLBACK")

    def get_active_segment(self, rotate_bytes: int) -> int:
        """Return the number of the segment for new events, creating one if needed.

        To be called with the write lock held.

        Args:
            rotate_bytes: Size from which a new segment is begun.
        """
        numbers = self.list_numbers()
        if numbers and self._compute_n_bytes(numbers[-1]) < rotate_bytes:
            return numbers[-1]
        next_number = numbers[-1] + 1 if numbers else 1
        self._create_segment(next_number)
        return next_number

    def _compute_n_bytes(self, number: int) -> int:
        """Return the size of a segment, its write-ahead log included."""
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return int(self.get_connection(number).execute(query).fetchone()[0])

    def _create_segment(self, number: int) -> None:
        """Create a segment under a temporary name; it is complete once it has its own name."""
        temporary_path = self.folder / _TEMPORARY_NAME
        for leftover in self.folder.glob(_TEMPORARY_NAME + "*"):  # of a process that was killed
            leftover.unlink()
        connection = _connect(temporary_path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for statement in CREATE_STATEMENTS:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        finally:
            connection.close()
        temporary_path.replace(self.get_path(number))
        fsync_directory(self.folder)

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._connections.values(), self._lock):
            connection.close()
        self._connections.clear()


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a segment of an earlier version up to date, in one transaction for each version.

    Raises:
        EventLogVersionError: The segment is of a version that is not known.
    """
    while (version := _read_version(connection)) != SCHEMA_VERSION:
        if version not in MIGRATIONS:
            raise EventLogVersionError(str(path), version, SCHEMA_VERSION)
        with transaction(connection):
            if _read_version(connection) != version:  # another process was first
                continue
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")


def _read_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one transaction, which is durable when the block ends.

    Yields:
        Nothing.

    Raises:
        BaseException: Whatever the block raised; the transaction is rolled back.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has ended the transaction already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def wrap_log_errors(folder: Path) -> Iterator[None]:
    """Translate errors of SQLite and the file system into errors of the log.

    Yields:
        Nothing.

    Raises:
        EventLogError: With a remedy.
    """
    try:
        yield
    except sqlite3.Error as exc:
        raise EventLogError(
            f"the event log in {folder} cannot be used: {_build_advice(exc)}"
        ) from exc
    except OSError as exc:
        raise EventLogError(
            f"the event log in {folder} cannot be used: {exc.strerror or exc}. A writable folder "
            "was expected."
        ) from exc


def _build_advice(error: sqlite3.Error) -> str:
    message = str(error)
    if "full" in message:
        return f"{message}. Free space on the disk; nothing of this batch was written."
    if "locked" in message:
        return f"{message} by another process for over {BUSY_TIMEOUT_S:g} s. Try again."
    if "not a database" in message or "malformed" in message:
        return f"{message}. Move the damaged file away; the others stay readable."
    return message


def _connect(path: Path) -> sqlite3.Connection:
    # Connections are shared by threads; EventLog lets one at a time in.
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
