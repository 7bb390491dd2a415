"""Checksums of an index's small files, written when it is closed and compared when it is opened.

The engine does not notice a changed byte in most of them, and after some it cuts points off while
it opens, for good. So what was damaged at rest must be found before the engine sees it. A folder
that was not closed (a crash) has no checksums: then the engine's own log repairs what is open.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from index.store.edge.metadata_files import CHECKSUMS_FILE, format_damage_message
from shopwindow.values.atomic_files import write_atomically
from shopwindow.values.errors import IndexStoreError

MAX_CHECKSUMMED_BYTES = 1 << 20
MAX_CHECKSUMMED_DISK_BYTES = 256 << 10
"""Files up to the one length, or that take up to the other on the disk, are summed: what holds
counts, flags and structure, and nothing that holds many vectors."""

_BLOCK = 4096
_ZEROS = bytes(_BLOCK)


def write_checksums(folder: Path, shard: Path) -> None:
    """Sum the small files of a shard that nobody has open."""
    names = sorted(path for path in shard.rglob("*") if path.is_file())
    small = filter(_is_small, names)
    sums = {path.relative_to(folder).as_posix(): compute_checksum(path) for path in small}
    write_atomically(folder / CHECKSUMS_FILE, json.dumps(sums).encode())


def verify_checksums(folder: Path, shard: Path) -> None:
    """Compare the small files of a shard with their sums, if there are any.

    Raises:
        IndexStoreError: A file is not as it was when the index was closed.
    """
    path = folder / CHECKSUMS_FILE
    try:
        sums = json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError as exc:
        raise IndexStoreError(format_damage_message(path)) from exc
    if not isinstance(sums, dict):
        raise IndexStoreError(format_damage_message(path))
    if not any(name.startswith(shard.name + "/") for name in sums):
        return  # of another shard: the index was switched and not closed since
    for name, expected in sorted(sums.items()):
        # A name that damage made up is looked for here and nowhere else.
        path = folder / name
        inside = path.resolve().is_relative_to(shard.resolve())
        if not inside or not path.is_file() or compute_checksum(path) != expected:
            raise IndexStoreError(
                format_damage_message(path if inside else folder / CHECKSUMS_FILE)
            )


def delete_checksums(folder: Path) -> None:
    """Forget the sums: the files are about to change."""
    (folder / CHECKSUMS_FILE).unlink(missing_ok=True)


def compute_checksum(path: Path) -> str:
    """Return the sum of a file, the same whether its zeros are holes or written out."""
    blake = hashlib.blake2b(digest_size=12)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        blake.update(size.to_bytes(8, "big"))
        for begin in _data_blocks(file.fileno(), size):
            block = os.pread(file.fileno(), _BLOCK, begin)
            if block != _ZEROS[: len(block)]:
                blake.update(begin.to_bytes(8, "big") + block)
    return blake.hexdigest()


def _is_small(path: Path) -> bool:
    found = path.stat()  # some file systems fill the holes that a mapping was read through
    return (
        found.st_size <= MAX_CHECKSUMMED_BYTES
        or found.st_blocks * 512 <= MAX_CHECKSUMMED_DISK_BYTES
    )


def _data_blocks(descriptor: int, size: int) -> Iterator[int]:
    """Yield where each block begins that may hold anything but zeros."""
    begin = 0
    while begin < size:
        try:
            data = os.lseek(descriptor, begin, os.SEEK_DATA)
            end = os.lseek(descriptor, data, os.SEEK_HOLE)
        except OSError:  # nothing but a hole is left
            return
        begin = max(data - data % _BLOCK, begin)
        while begin < end:
            yield begin
            begin += _BLOCK
