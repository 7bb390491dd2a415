"""The lock of an index folder: held by its service and inherited by the processes it forks."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from index.store.edge.metadata_files import LOCK_FILE

EXIT_LOCKED = 3
"""Exit code of a service that found the folder locked."""


class IndexFolderLock:
    """A lock on a folder; the system releases it when all processes that inherit it have ended.

    The lock is exclusive for a process that can write to the folder, and shared for one that
    cannot.

    Args:
        folder: The index folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LOCK_FILE
        self._is_exclusive = os.access(folder, os.W_OK | os.X_OK)
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free.

        Returns:
            Whether it was taken.

        Raises:
            OSError: The lock file cannot be opened.
        """
        if not self._is_exclusive and not self._path.exists():
            return True  # no lock file, so there cannot be a writer
        self._descriptor = try_lock(self._path, exclusive=self._is_exclusive)
        return self._descriptor is not None

    def release(self) -> None:
        """Release the lock, if it was taken."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def write_holder_pid(self) -> None:
        """Write this process's id into the lock file, for clients that get no reply."""
        if self._is_exclusive:
            with suppress(OSError):  # on a full disk the id is missing, and nothing else changes
                self._path.write_text(str(os.getpid()))

    def is_in_place(self) -> bool:
        """Return whether the locked file is still in the folder: it may have been removed."""
        if self._descriptor is None:
            return self._path.parent.is_dir()
        held = os.fstat(self._descriptor)
        try:
            on_disk = self._path.stat()
        except OSError:
            return False
        return (held.st_dev, held.st_ino) == (on_disk.st_dev, on_disk.st_ino)


def read_holder_pid(folder: Path) -> int:
    """Return the process id of the holder of a folder's lock; 0 if it wrote none."""
    try:
        return int((folder / LOCK_FILE).read_text())
    except (OSError, ValueError):
        return 0


def try_lock(path: Path, *, exclusive: bool = True) -> int | None:
    """Lock a file, which is created for an exclusive lock.

    Returns:
        The descriptor that holds the lock; None if another process holds it.

    Raises:
        OSError: The file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | (os.O_CREAT if exclusive else 0), 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
