"""Checksums of a shard's small files, written when the index is closed and verified when opened.

The engine does not notice a changed byte in most of them, and some changes make it drop points for
good when it opens. So damage at rest must be found before the engine sees the files. A folder that
was not closed (after a crash) has no checksums: there the engine's own log repairs open files.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from index.store.edge.metadata_files import CHECKSUMS_FILE, format_damage_message
from shopwindow.values import write_atomically
from shopwindow.values.errors import IndexStoreError

MAX_CHECKSUMMED_BYTES = 1 << 20
MAX_CHECKSUMMED_DISK_BYTES = 256 << 10
"""Files up to this length, or up to this size on the disk, get a checksum: those with counts, flags
and structure, but none with many vectors."""

_BLOCK = 4096
_ZEROS = bytes(_BLOCK)


def write_checksums(folder: Path, shard: Path) -> None:
    """Write the checksums of the small files of a shard that no process has open."""
    files = sorted(path for path in shard.rglob("*") if path.is_file())
    small_files = filter(_is_small, files)
    checksums = {
        path.relative_to(folder).as_posix(): compute_checksum(path) for path in small_files
    }
    write_atomically(folder / CHECKSUMS_FILE, json.dumps(checksums).encode())


def verify_checksums(folder: Path, shard: Path) -> None:
    """Compare the small files of a shard with their checksums, if there are any.

    Raises:
        IndexStoreError: A file has changed since the index was closed.
    """
    path = folder / CHECKSUMS_FILE
    try:
        checksums = json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError as exc:
        raise IndexStoreError(format_damage_message(path)) from exc
    if not isinstance(checksums, dict):
        raise IndexStoreError(format_damage_message(path))
    if not any(name.startswith(shard.name + "/") for name in checksums):
        return  # of another shard: the graph was swapped in, and the index not closed since
    for name, expected in sorted(checksums.items()):
        # A damaged name must not lead outside the shard.
        path = folder / name
        is_inside = path.resolve().is_relative_to(shard.resolve())
        if not is_inside or not path.is_file() or compute_checksum(path) != expected:
            damaged = path if is_inside else folder / CHECKSUMS_FILE
            raise IndexStoreError(format_damage_message(damaged))


def delete_checksums(folder: Path) -> None:
    """Delete the checksums because the files are about to change."""
    (folder / CHECKSUMS_FILE).unlink(missing_ok=True)


def compute_checksum(path: Path) -> str:
    """Return the checksum of a file, the same whether its zeros are holes or written out."""
    hasher = hashlib.blake2b(digest_size=12)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        hasher.update(size.to_bytes(8, "big"))
        for offset in _iter_data_blocks(file.fileno(), size):
            block = os.pread(file.fileno(), _BLOCK, offset)
            if block != _ZEROS[: len(block)]:
                hasher.update(offset.to_bytes(8, "big") + block)
    return hasher.hexdigest()


def _is_small(path: Path) -> bool:
    status = path.stat()  # some file systems allocate holes that were read through a memory map
    return (
        status.st_size <= MAX_CHECKSUMMED_BYTES
        or status.st_blocks * 512 <= MAX_CHECKSUMMED_DISK_BYTES
    )


def _iter_data_blocks(descriptor: int, size: int) -> Iterator[int]:
    """Yield the offset of each block that may contain anything but zeros."""
    offset = 0
    while offset < size:
        try:
            data_start = os.lseek(descriptor, offset, os.SEEK_DATA)
            data_end = os.lseek(descriptor, data_start, os.SEEK_HOLE)
        except OSError:  # only a hole is left
            return
        offset = max(data_start - data_start % _BLOCK, offset)
        while offset < data_end:
            yield offset
            offset += _BLOCK
