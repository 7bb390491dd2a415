"""The write lock and the change count of stores that know only the writes of their own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class LocalWriteLock:
    """Base of stores whose writers are threads of one process."""

    def __init__(self) -> None:
        self._write_lock = threading.RLock()
        self._n_writers = 0
        self._has_pending_change = False
        self._n_changes = 0

    @property
    def n_changes(self) -> int:
        """Number of changes by this process; see `VectorStore.n_changes`."""
        return self._n_changes

    @contextmanager
    def lock_writes(self) -> Iterator[None]:
        """Keep other threads from writing; see `VectorStore.lock_writes`."""
        with self._write_lock:
            self._n_writers += 1
            try:
                yield
            finally:
                self._n_writers -= 1
                self._count_change()

    def _record_change(self) -> None:
        """Count a write; all writes under one `lock_writes` count as one change."""
        self._has_pending_change = True
        self._count_change()

    def _count_change(self) -> None:
        if self._has_pending_change and not self._n_writers:
            self._has_pending_change = False
            self._n_changes += 1
