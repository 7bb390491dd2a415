"""Turns of writers within one process, and the count of changes that readers compare."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class LocalWriteLock:
    """What `VectorStore.lock_writes` and `VectorStore.n_changes` mean to a store of one process."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._n_writing = 0
        self._pending = False
        self.n_changes = 0
        """How many changes there were; those of one turn count as one."""

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the turn; another thread waits for it."""
        with self._turn:
            self._n_writing += 1
            try:
                yield
            finally:
                self._n_writing -= 1
                self._count()

    def record_change(self) -> None:
        """Something was written."""
        self._pending = True
        self._count()

    def _count(self) -> None:
        if self._pending and not self._n_writing:
            self._pending = False
            self.n_changes += 1
