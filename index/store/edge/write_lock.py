"""The write lock of a folder: held by the writing process, independently of the engine."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.store.edge.metadata_files import WRITE_LOCK_FILE
from shopwindow.values.errors import IndexLockedError

LOG = logging.getLogger(__name__)

_WARN_AFTER_S = 1.0
_POLL_S = 0.05


@contextmanager
def hold_write_lock(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the write lock; the system releases it when the process dies.

    A folder that is not writable has no lock: there the write itself is refused.

    Args:
        folder: The index folder.
        wait_s: Seconds to wait for another writer.

    Raises:
        IndexLockedError: Another writer held the lock for longer.
    """
    try:
        descriptor = os.open(folder / WRITE_LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        _wait_for_lock(descriptor, folder, wait_s)
        yield
    finally:
        # Closing alone would leave the lock with a child process that was forked meanwhile.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def is_write_locked(folder: Path) -> bool:
    """Return whether any process holds the write lock now."""
    try:
        descriptor = os.open(folder / WRITE_LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _wait_for_lock(descriptor: int, folder: Path, wait_s: float) -> None:
    started_at, has_warned = time.monotonic(), False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            waited_s = time.monotonic() - started_at
            if waited_s >= wait_s:
                by = f"by another process that has been writing for more than {wait_s:g} s"
                raise IndexLockedError(str(folder), by) from exc
            if waited_s >= _WARN_AFTER_S and not has_warned:
                LOG.warning("waiting for another process that is writing to %s", folder)
                has_warned = True
            time.sleep(min(_POLL_S, wait_s - waited_s))
        else:
            return
