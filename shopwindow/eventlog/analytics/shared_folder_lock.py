"""A read, append and replace lock on a folder, among all processes of one machine."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

LOCK_TIMEOUT_S = 60.0
_BEGIN_STATEMENTS = {
    "read": ("BEGIN", "SELECT count(*) FROM sqlite_master"),
    "append": ("BEGIN IMMEDIATE",),
    "replace": ("BEGIN EXCLUSIVE",),
}
"""A reader excludes replacers; an appender, other appenders; a replacer, everybody.

Source: sqlite.org/lockingv3.html. The database stays empty, and a lock ends with its process.
"""


class SharedFolderLock:
    """A lock for threads and processes on an empty SQLite file.

    Args:
        path: The file; it is created if missing.
    """

    def __init__(self, path: Path) -> None:
        self._threads = RLock()
        self._connection = sqlite3.connect(
            path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def acquire(self, mode: str) -> Iterator[None]:
        """Hold the lock in a mode: "read", "append" or "replace".

        Yields:
            Nothing.

        Raises:
            sqlite3.Error: Others held it for longer than `LOCK_TIMEOUT_S`.
        """
        with self._threads:
            try:
                for statement in _BEGIN_STATEMENTS[mode]:
                    self._connection.execute(statement).fetchall()
                yield
            finally:
                if self._connection.in_transaction:  # also if only the first statement succeeded
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        with self._threads:
            self._connection.close()
