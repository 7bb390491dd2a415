"""The lock that lets one consumer at a time process a log, among all threads and processes."""

import fcntl
import os
import threading
import weakref
from pathlib import Path

LOCK_FILE_NAME = "profile-consumer.lock"
"""Beside the online store; it stays when nobody holds the lock."""


class ConsumerLock:
    """The right to process events into one online store.

    It ends with its process, however that ends. Threads that share this object share the lock; two
    objects exclude each other, in one process too. Safe to use from several threads.

    Args:
        path: The lock file, created when missing; None for a store that nobody else can see.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._n_holders = 0
        self._descriptor: int | None = None
        _LOCKS.add(self)

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._n_holders > 0

    def try_acquire(self) -> bool:
        """Take the lock, or take it once more; each success needs one `release`.

        Returns:
            False when another holder has it; this does not wait.

        Raises:
            OSError: The lock file cannot be used.
        """
        with self._lock:
            if not self._n_holders and self._path is not None:
                self._descriptor = _lock_file(self._path)
                if self._descriptor is None:
                    return False
            self._n_holders += 1
            return True

    def release(self) -> None:
        """Give up one acquisition; with the last one others may take the lock."""
        with self._lock:
            self._n_holders -= 1
            if not self._n_holders and self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def read_holder_pid(self) -> int:
        """Return the process that took the lock last; 0 when that is not known."""
        try:
            return int(self._path.read_text(encoding="ascii")) if self._path is not None else 0
        except (OSError, ValueError):
            return 0

    def forget(self) -> None:
        """Let go of the lock in a forked child, which would keep it beyond its parent's death."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # the parent's own descriptor still holds it
        self._lock, self._n_holders, self._descriptor = threading.Lock(), 0, None


def _lock_file(path: Path) -> int | None:
    """Return the descriptor that holds a file's lock; None when another one does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
    except BaseException as exc:
        os.close(descriptor)
        if isinstance(exc, BlockingIOError):
            return None
        raise
    return descriptor


_LOCKS: "weakref.WeakSet[ConsumerLock]" = weakref.WeakSet()


def _forget_all() -> None:
    for lock in list(_LOCKS):
        lock.forget()


os.register_at_fork(after_in_child=_forget_all)
