"""The turn to write to a folder: held by the process that writes, whatever the engine does."""

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

_NOTE_AFTER_S = 1.0
_POLL_S = 0.05


@contextmanager
def hold_write_lock(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the turn; the system takes it back from a process that dies.

    In a folder that cannot be written there are no turns: the write itself is refused.

    Args:
        folder: The index folder.
        wait_s: Seconds to wait for others.

    Raises:
        IndexLockedError: They took longer.
    """
    try:
        descriptor = os.open(folder / WRITE_LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        _wait(descriptor, folder, wait_s)
        yield
    finally:
        # Closing alone would leave it with a child that was forked meanwhile.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def is_write_locked(folder: Path) -> bool:
    """Return whether a process has its turn to write now."""
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


def _wait(descriptor: int, folder: Path, wait_s: float) -> None:
    began, noted = time.monotonic(), False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            waited_s = time.monotonic() - began
            if waited_s >= wait_s:
                by = f"by another process that has been writing for more than {wait_s:g} s"
                raise IndexLockedError(str(folder), by) from exc
            if waited_s >= _NOTE_AFTER_S and not noted:
                LOG.warning("waiting for another process that is writing to %s", folder)
                noted = True
            time.sleep(min(_POLL_S, wait_s - waited_s))
        else:
            return
