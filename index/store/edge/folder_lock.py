"""The lock of an index folder: held by one service, inherited by the processes that it forks."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from index.store.edge.metadata_files import LOCK_FILE

EXIT_LOCKED = 3
"""Exit code of a service that found the folder taken."""


class IndexFolderLock:
    """A lock on a folder; the system takes it back when all processes that inherit it have ended.

    A folder that can be written is held alone. One that cannot is held together with others who
    only read it, unless somebody who can write holds it.

    Args:
        folder: The index folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LOCK_FILE
        self._alone = os.access(folder, os.W_OK | os.X_OK)
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody holds it.

        Returns:
            Whether it was taken.

        Raises:
            OSError: The file cannot be opened.
        """
        if not self._alone and not self._path.exists():
            return True  # nobody has ever written here who could go on
        self._descriptor = try_lock(self._path, exclusive=self._alone)
        return self._descriptor is not None

    def release(self) -> None:
        """Let go, if the lock was taken."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def write_holder_pid(self) -> None:
        """Write this process's id into the file, for clients whose calls are not answered."""
        if self._alone:
            with suppress(OSError):  # a full disk: nobody is named, and nothing else changes
                self._path.write_text(str(os.getpid()))

    def is_in_place(self) -> bool:
        """Return whether the locked file is still that of the folder: it may have been removed."""
        if self._descriptor is None:
            return self._path.parent.is_dir()
        held = os.fstat(self._descriptor)
        try:
            found = self._path.stat()
        except OSError:
            return False
        return (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino)


def read_holder_pid(folder: Path) -> int:
    """Return the process that holds a folder's lock, as far as it said so; 0 when it did not."""
    try:
        return int((folder / LOCK_FILE).read_text())
    except (OSError, ValueError):
        return 0


def try_lock(path: Path, *, exclusive: bool = True) -> int | None:
    """Lock a file, which is made if it is to be held alone.

    Returns:
        The descriptor that holds it; None when another process does.

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
