"""Checksums of an index's small files, written when it is closed and compared when it is opened.

The engine does not notice a changed byte in most of them, and after some it cuts points off while
it opens, for good. So what was damaged at rest must be found before the engine sees it. A folder
that was not closed (a crash) has no checksums: then the engine's own log repairs what is open.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from core.errors import IndexStoreError
from core.files import replace_file
from index.edge.files import SUMS_FILE, damaged

SMALL_BYTES = 70_000
"""Files up to this size are summed: all that hold counts and structure, none that holds vectors."""


def write_sums(folder: Path, shard: Path) -> None:
    """Sum the small files of a shard that nobody has open."""
    sums = {name: _sum(path) for name, path in _small_files(folder, shard)}
    replace_file(folder / SUMS_FILE, json.dumps(sums).encode())


def check_sums(folder: Path, shard: Path) -> None:
    """Compare the small files of a shard with their sums, if there are any.

    Raises:
        IndexStoreError: A file is not as it was when the index was closed.
    """
    path = folder / SUMS_FILE
    try:
        sums = json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError as exc:
        raise IndexStoreError(damaged(path)) from exc
    if not isinstance(sums, dict):
        raise IndexStoreError(damaged(path))
    if not any(name.startswith(shard.name + "/") for name in sums):
        return  # of another shard: the index was switched and not closed since
    now = dict(_small_files(folder, shard))
    for name in sorted(sums.keys() | now.keys()):
        if name not in sums or name not in now or _sum(now[name]) != sums[name]:
            raise IndexStoreError(damaged(folder / name))


def drop_sums(folder: Path) -> None:
    """Forget the sums: the files are about to change."""
    (folder / SUMS_FILE).unlink(missing_ok=True)


def _small_files(folder: Path, shard: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(shard.rglob("*")):
        if path.is_file() and path.stat().st_size <= SMALL_BYTES:
            yield path.relative_to(folder).as_posix(), path


def _sum(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=12).hexdigest()
