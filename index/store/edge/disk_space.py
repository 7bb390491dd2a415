"""Disk space: checked before each write, because the engine dies on a full disk.

It writes into memory-mapped files that have holes; a hole that cannot be filled kills the process
(SIGBUS). So writes are refused while there is still some space left.
"""

import os
from pathlib import Path

from shopwindow.values.errors import DiskFullError

RESERVED_BYTES = 32 << 20
"""Left free by every write, for the engine's log and indexes beside the points."""

WRITE_AMPLIFICATION = 4
"""Bytes on the disk per written byte: in the log, in the store, and in moved pages."""

MIN_FREE_BYTES = 8 << 20
"""Needed to open a shard or to delete: the engine writes its log and maps new pages."""


def get_free_bytes(folder: Path) -> int:
    """Return the number of bytes that can still be written on a folder's disk."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def check_disk_space(folder: Path, n_bytes: int, reserved_bytes: int = RESERVED_BYTES) -> None:
    """Check that bytes can be written and the engine can continue.

    Args:
        folder: A folder on the disk to check.
        n_bytes: Number of bytes to write.
        reserved_bytes: Number of bytes that must stay free.

    Raises:
        DiskFullError: There is not enough space.
    """
    needed, free = n_bytes * WRITE_AMPLIFICATION + reserved_bytes, get_free_bytes(folder)
    if free < needed:
        raise DiskFullError(str(folder), free, needed)


def get_allocated_bytes(folder: Path) -> int:
    """Return the bytes that a folder's files take on the disk, without holes."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def copy_sparse_tree(source: Path, target: Path) -> None:
    """Copy a folder; holes of its files stay holes, so that the copy takes no more space.

    Raises:
        OSError: Something cannot be read or written.
    """
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir()
        elif path.is_file():
            _copy_file(path, copy)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as source_file, target.open("wb") as target_file:
        size = os.fstat(source_file.fileno()).st_size
        os.ftruncate(target_file.fileno(), size)
        start = 0
        while start < size:
            try:
                start = os.lseek(source_file.fileno(), start, os.SEEK_DATA)
            except OSError:  # only a hole is left
                return
            end = os.lseek(source_file.fileno(), start, os.SEEK_HOLE)
            source_file.seek(start)
            target_file.seek(start)
            while start < end:
                data = source_file.read(min(1 << 20, end - start))
                if not data:  # the file was truncated meanwhile
                    return
                target_file.write(data)
                start += len(data)
