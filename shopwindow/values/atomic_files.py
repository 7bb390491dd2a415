"""Atomic file writes: after a crash a file has either its old or its new content."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write or replace a file atomically and durably, even if power is lost.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    fsync_directory(path.parent)


def fsync_directory(folder: Path) -> None:
    """Make the creation, renaming and deletion of a folder's files durable if power is lost.

    Raises:
        OSError: The operating system cannot sync folders.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe_writing(folder: Path) -> None:
    """Write a page into a file without a name in a folder, which leaves nothing behind.

    Raises:
        OSError: The folder is gone, read-only or full.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
        file.flush()
