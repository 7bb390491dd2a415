"""The files of an event log: which there are, their connections, and who may write."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shopwindow.eventlog.log_schema import CREATE_STATEMENTS, SCHEMA_VERSION
from shopwindow.values.atomic_files import fsync_directory
from shopwindow.values.errors import EventLogError, EventLogVersionError

BUSY_TIMEOUT_S = 30.0
PRAGMAS = ("synchronous = FULL", "secure_delete = ON")
"""FULL: what is acknowledged survives a loss of power too. Source: sqlite.org/pragma.html."""

_LOCK = "lock.sqlite"
_NEW = "new.sqlite"
_NAME = re.compile(r"events-(\d{6,})\.sqlite")


class Segments:
    """The files `events-000001.sqlite`, ... of one folder; new events go to the last one.

    Whoever writes holds the lock, so there is one writer at a time among all processes, and a file
    that is not the last one gets no new events. The lock is a transaction on an empty database: it
    ends with its process, however that ends.

    Args:
        folder: The folder of the log; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[int, sqlite3.Connection] = {}
        self._lock = _connected(folder / _LOCK)

    def list_numbers(self) -> list[int]:
        """Return the numbers of the files, oldest first."""
        found = (_NAME.fullmatch(each.name) for each in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def get_path(self, number: int) -> Path:
        """Return the path of a file."""
        return self.folder / f"events-{number:06d}.sqlite"

    def get_connection(self, number: int) -> sqlite3.Connection:
        """Return the open connection to a file.

        Raises:
            EventLogVersionError: Another schema wrote it.
            sqlite3.Error: It cannot be opened.
        """
        if number not in self._open:
            path = self.get_path(number)
            connection = _connected(path)
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version != SCHEMA_VERSION:
                connection.close()
                raise EventLogVersionError(str(path), version, SCHEMA_VERSION)
            self._open[number] = connection
        return self._open[number]

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the lock, so that no other process writes; others wait for it.

        Yields:
            Nothing.

        Raises:
            sqlite3.Error: Another process held it for too long.
        """
        self._lock.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._lock.execute("ROLLBACK")

    def get_active_segment(self, rotate_bytes: int) -> int:
        """Return the number of the file for new events; to be called with the lock held.

        Args:
            rotate_bytes: Size from which a new file is begun.
        """
        numbers = self.list_numbers()
        if numbers and self._n_bytes(numbers[-1]) < rotate_bytes:
            return numbers[-1]
        following = numbers[-1] + 1 if numbers else 1
        self._make(following)
        return following

    def _n_bytes(self, number: int) -> int:
        """Return the size of a file with what its write-ahead log adds to it."""
        ask = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return int(self.get_connection(number).execute(ask).fetchone()[0])

    def _make(self, number: int) -> None:
        """Make a file that is whole from the moment on that it has its name."""
        new = self.folder / _NEW
        for leftover in self.folder.glob(_NEW + "*"):  # of a process that was killed here
            leftover.unlink()
        connection = _connected(new)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for each in CREATE_STATEMENTS:
                connection.execute(each)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        finally:
            connection.close()
        new.replace(self.get_path(number))
        fsync_directory(self.folder)

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._open.values(), self._lock):
            connection.close()
        self._open.clear()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of a block or nothing; what it did is durable when it ends.

    Yields:
        Nothing.

    Raises:
        BaseException: Whatever the block raised; nothing of it was done.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def wrap_log_errors(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into errors of the log.

    Yields:
        Nothing.

    Raises:
        EventLogError: With what to do.
    """
    try:
        yield
    except sqlite3.Error as exc:
        raise EventLogError(f"the event log in {folder} cannot be used: {_advice(exc)}") from exc
    except OSError as exc:
        raise EventLogError(
            f"the event log in {folder} cannot be used: {exc.strerror or exc}. A folder that can "
            "be written to was expected."
        ) from exc


def _advice(error: sqlite3.Error) -> str:
    words = str(error)
    if "full" in words:
        return f"{words}. Make room on the disk; nothing of this batch was written."
    if "locked" in words:
        return f"{words} by another process for over {BUSY_TIMEOUT_S:g} s. Try again."
    if "not a database" in words or "malformed" in words:
        return f"{words}. Move the damaged file away; the others stay readable."
    return words


def _connected(path: Path) -> sqlite3.Connection:
    # Connections are shared by threads; EventLog lets one at a time in.
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    for each in PRAGMAS:
        connection.execute(f"PRAGMA {each}")
    return connection
