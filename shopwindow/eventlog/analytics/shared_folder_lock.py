"""Who may do what with a folder of files, among all processes of one machine."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

LOCK_TIMEOUT_S = 60.0
_BEGIN = {
    "read": ("BEGIN", "SELECT count(*) FROM sqlite_master"),
    "append": ("BEGIN IMMEDIATE",),
    "replace": ("BEGIN EXCLUSIVE",),
}
"""Who reads keeps out who replaces; who appends, other appenders; who replaces, everybody.

Source: sqlite.org/lockingv3.html. The database stays empty, and a lock ends with its process.
"""


class SharedFolderLock:
    """A lock for threads and processes on an empty SQLite file.

    Args:
        path: The file; it is made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._threads = RLock()
        self._connection = sqlite3.connect(
            path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def acquire(self, mode: str) -> Iterator[None]:
        """Hold the lock for one purpose: "read", "append" or "replace".

        Yields:
            Nothing.

        Raises:
            sqlite3.Error: Others held it for too long.
        """
        with self._threads:
            try:
                for statement in _BEGIN[mode]:
                    self._connection.execute(statement).fetchall()
                yield
            finally:
                if self._connection.in_transaction:  # also when only the beginning succeeded
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        with self._threads:
            self._connection.close()
