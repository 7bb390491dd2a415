"""Room on the disk: checked before each write, as the engine dies where there is none.

It writes into memory-mapped files that have holes; a hole that cannot be filled ends the process
(SIGBUS). So a write is refused while there is still room for it.
"""

import os
from pathlib import Path

from shopwindow.values.errors import DiskFullError

RESERVED_BYTES = 32 << 20
"""Left free by every write: what the engine's log and indexes may take beside the points."""

WRITE_AMPLIFICATION = 4
"""Bytes that a written byte may take: in the log, in the store, and in moved pages."""

MIN_FREE_BYTES = 8 << 20
"""Needed to open a shard, or to delete: the engine writes its log and maps new pages."""


def get_free_bytes(folder: Path) -> int:
    """Return the bytes that may still be written on a folder's disk."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def check_disk_space(folder: Path, n_bytes: int, reserved_bytes: int = RESERVED_BYTES) -> None:
    """Check that bytes can be written and the engine can go on.

    Args:
        folder: On the disk in question.
        n_bytes: What is to be written.
        reserved_bytes: What must be left beside it.

    Raises:
        DiskFullError: There is not enough room.
    """
    needed, free = n_bytes * WRITE_AMPLIFICATION + reserved_bytes, get_free_bytes(folder)
    if free < needed:
        raise DiskFullError(str(folder), free, needed)


def get_allocated_bytes(folder: Path) -> int:
    """Return what a folder's files take on the disk, holes left out."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def copy_sparse_tree(source: Path, target: Path) -> None:
    """Copy a folder; holes of its files stay holes, so that the copy takes no more room.

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
    with source.open("rb") as reading, target.open("wb") as writing:
        size = os.fstat(reading.fileno()).st_size
        os.ftruncate(writing.fileno(), size)
        begin = 0
        while begin < size:
            try:
                begin = os.lseek(reading.fileno(), begin, os.SEEK_DATA)
            except OSError:  # nothing but a hole is left
                return
            end = os.lseek(reading.fileno(), begin, os.SEEK_HOLE)
            reading.seek(begin)
            writing.seek(begin)
            while begin < end:
                data = reading.read(min(1 << 20, end - begin))
                if not data:  # the file was cut meanwhile
                    return
                writing.write(data)
                begin += len(data)
