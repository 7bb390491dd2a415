"""The online store: profiles, histories and counts, in one SQLite file."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shopwindow.personalization.consumer_lock import LOCK_FILE_NAME, ConsumerLock
from shopwindow.personalization.profile_reads import OnlineStoreReader
from shopwindow.personalization.profile_writes import OnlineStoreTransaction
from shopwindow.personalization.store_schema import PER_USER_TABLES, SCHEMA_VERSION, TABLES
from shopwindow.values import Closeable, ForkGuard
from shopwindow.values.errors import OnlineStoreError, OnlineStoreVersionError

IN_MEMORY = ":memory:"
_BUSY_TIMEOUT_S = 30.0


class OnlineStore(OnlineStoreReader, Closeable):
    """Profiles, histories and counts, derived from the event log and rebuilt from it.

    Several threads and processes may share one file: nothing is cached outside it, so the writes of
    another process are visible at once. One of them writes at a time. It is a `ProfileStore`.

    Args:
        path: The file, created when missing; ":memory:" stores nothing.
        encoder_id: Identity of the vectors in use; profiles of others are refused.

    Raises:
        OnlineStoreVersionError: Another version of Shopwindow made the file.
        OnlineStoreError: It cannot be opened, or is something else.
    """

    def __init__(self, path: str | Path, encoder_id: str) -> None:
        self.path = Path(path)
        self.encoder_id = encoder_id
        self._fork_guard = ForkGuard("this OnlineStore")
        self._read_lock, self._write_lock = threading.RLock(), threading.RLock()
        with self._translate_errors():
            if str(path) == IN_MEMORY:
                self._write_connection = self._read_connection = _connect(IN_MEMORY)
                self._write_lock = self._read_lock
            else:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._write_connection, self._read_connection = (
                    _connect(str(path)),
                    _connect(str(path)),
                )
            try:
                self._create_tables()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._write_lock, self._read_lock:
            self._write_connection.close()
            self._read_connection.close()

    @contextmanager
    def begin(self) -> Iterator[OnlineStoreTransaction]:
        """Open a write transaction; one at a time among all processes.

        Yields:
            The transaction; it is committed when the block ends, or rolled back on an error.

        Raises:
            OnlineStoreError: The file cannot be written.
        """
        with self._transaction() as connection:
            yield OnlineStoreTransaction(connection, self.encoder_id)

    def erase(self, user_id: str) -> bool:
        """Erase a visitor: their bytes are overwritten in the file and in its journal.

        Engagement statistics and co-occurrences stay: they name nobody.

        Returns:
            Whether the visitor had any data.

        Raises:
            OnlineStoreError: The file cannot be written, or other processes kept reading it, so
                that the journal could not be emptied; erase again then.
        """
        with self._write_lock, self._translate_errors():
            n_erased = 0
            with self._transaction() as connection:
                for table in PER_USER_TABLES:
                    statement = f"DELETE FROM {table} WHERE user_id = ?"
                    n_erased += connection.execute(statement, (user_id,)).rowcount
            checkpoint = self._write_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (is_busy, *_) = checkpoint.fetchone()
            if is_busy == 1:
                reason = "another process reads it, so old bytes remain; erase again"
                raise OnlineStoreError(str(self.path), reason)
            return n_erased > 0

    def make_consumer_lock(self) -> ConsumerLock:
        """Return a new lock on a file beside the store; see `ProfileStore.make_consumer_lock`."""
        is_shared = str(self.path) != IN_MEMORY
        return ConsumerLock(self.path.with_name(LOCK_FILE_NAME) if is_shared else None)

    def _create_tables(self) -> None:
        with self._transaction() as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in {0, SCHEMA_VERSION}:
                raise OnlineStoreVersionError(str(self.path), version, SCHEMA_VERSION)
            for table in () if version else TABLES:
                connection.execute(table)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._fork_guard.check()
        with self._write_lock, self._translate_errors():
            self._write_connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._write_connection
            except BaseException:
                self._write_connection.rollback()
                raise
            self._write_connection.commit()

    def _read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self._fork_guard.check()
        with self._read_lock, self._translate_errors():
            return self._read_connection.execute(statement, tuple(values)).fetchall()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise OnlineStoreError(
                str(self.path), f"{exc}. Give another path, or a file that Shopwindow made"
            ) from exc


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a power loss is repaired from the log
    connection.execute("PRAGMA secure_delete = ON")  # erased bytes are overwritten
    return connection
