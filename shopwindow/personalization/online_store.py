"""What is looked up of visitors and products while requests are served, in one SQLite file."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shopwindow.personalization.profile_reads import OnlineStoreReader
from shopwindow.personalization.profile_writes import OnlineStoreTransaction
from shopwindow.personalization.store_schema import PER_USER_TABLES, SCHEMA_VERSION, TABLES
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import OnlineStoreError, OnlineStoreVersionError
from shopwindow.values.fork_guard import ForkGuard

IN_MEMORY = ":memory:"
_BUSY_TIMEOUT_S = 30.0


class OnlineStore(OnlineStoreReader, Closeable):
    """Profiles, histories and counts, all made from the event log and made again from it.

    Several threads and processes may use one file: nothing is kept beside it, so what another
    process wrote is seen at once. One of them changes it at a time.

    Args:
        path: The file, made when missing; ":memory:" keeps nothing.
        encoder_id: Names the vectors in use; profiles of others are refused.

    Raises:
        OnlineStoreVersionError: Another version of Shopwindow made the file.
        OnlineStoreError: It cannot be opened, or is something else.
    """

    def __init__(self, path: str | Path, encoder_id: str) -> None:
        self.path = Path(path)
        self.encoder_id = encoder_id
        self._process = ForkGuard("this OnlineStore")
        self._reads, self._changes = threading.RLock(), threading.RLock()
        with self._translated():
            if str(path) == IN_MEMORY:
                self._writing = self._reading = _connected(IN_MEMORY)
                self._changes = self._reads
            else:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._writing, self._reading = _connected(str(path)), _connected(str(path))
            try:
                self._make()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._changes, self._reads:
            self._writing.close()
            self._reading.close()

    @contextmanager
    def begin(self) -> Iterator[OnlineStoreTransaction]:
        """Change the store: all or nothing, one at a time among all processes.

        Yields:
            What takes the changes; they are durable when the block ends without an error.

        Raises:
            OnlineStoreError: The file cannot be written.
        """
        with self._transaction() as connection:
            yield OnlineStoreTransaction(connection, self.encoder_id)

    def erase(self, user_id: str) -> bool:
        """Erase a visitor for good: their bytes are overwritten in the file and in its journal.

        How often products were wanted, and together with what, stays: it names nobody.

        Returns:
            Whether anything was known of them.

        Raises:
            OnlineStoreError: The file cannot be written, or another process reads it all the
                time, so that the journal could not be emptied; erase again then.
        """
        with self._changes, self._translated():
            n_erased = 0
            with self._transaction() as connection:
                for table in PER_USER_TABLES:
                    ask = f"DELETE FROM {table} WHERE user_id = ?"
                    n_erased += connection.execute(ask, (user_id,)).rowcount
            busy = self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy == 1:
                reason = "another process reads it, so old bytes remain; erase again"
                raise OnlineStoreError(str(self.path), reason)
            return n_erased > 0

    def _make(self) -> None:
        with self._transaction() as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in {0, SCHEMA_VERSION}:
                raise OnlineStoreVersionError(str(self.path), version, SCHEMA_VERSION)
            for table in () if version else TABLES:
                connection.execute(table)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._process.check()
        with self._changes, self._translated():
            self._writing.execute("BEGIN IMMEDIATE")
            try:
                yield self._writing
            except BaseException:
                self._writing.rollback()
                raise
            self._writing.commit()

    def _read(self, ask: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self._process.check()
        with self._reads, self._translated():
            return self._reading.execute(ask, tuple(values)).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise OnlineStoreError(
                str(self.path), f"{exc}. Give another path, or a file that Shopwindow made"
            ) from exc


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # what a loss of power takes is read again
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
    return connection
