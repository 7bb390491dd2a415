"""The journal that makes an update of many points one: all of them are changed, or none.

The engine takes one operation for each point, so a crash in the middle of a batch would leave half
of it. A batch is written here, durably, before its first operation; whoever opens the folder after
a crash repeats it. Repeating a finished batch changes nothing as long as nothing else was written
since: so the file is removed before any other write, and the next batch overwrites it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.store.edge.metadata_files import JOURNAL_FILE
from index.store.points import PointUpdate
from index.text.bm25 import SparseVector
from shopwindow.values import fsync_directory
from shopwindow.values.errors import IndexStoreError

_DIGEST_BYTES = 16


class UpdateJournal:
    """The journal of one index folder.

    Args:
        folder: The index folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL_FILE
        self._is_present = self._path.exists()

    def write(self, updates: Sequence[PointUpdate]) -> None:
        """Write a batch durably, in place of the one before it.

        Raises:
            IndexStoreError: It cannot be written; nothing was changed.
        """
        body = json.dumps([_to_plain(update) for update in updates]).encode()
        try:
            with self._path.open("wb") as file:
                file.write(_digest(body) + body)
                file.flush()
                os.fsync(file.fileno())
            if not self._is_present:
                fsync_directory(self._path.parent)
        except OSError as exc:
            raise IndexStoreError(f"the updates cannot be written to {self._path}: {exc}") from exc
        self._is_present = True

    def read(self) -> list[PointUpdate]:
        """Return the last batch; nothing when there is none, or when it was not written whole."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return []
        checksum, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        # A batch that was not written whole was not begun either.
        return [_from_plain(*row) for row in json.loads(body)] if checksum == _digest(body) else []

    def remove(self) -> None:
        """Remove the journal durably: another write, or the end of the engine, comes next."""
        if self._is_present:
            self._path.unlink(missing_ok=True)
            fsync_directory(self._path.parent)
            self._is_present = False


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()


def _to_plain(update: PointUpdate) -> list[Any]:
    vector = update.sparse_vector
    words = None if vector is None else [vector.indices.tolist(), vector.values.tolist()]
    return [update.id, update.changes, dict(update.nested_changes), words]


def _from_plain(point_id: Any, changes: Any, nested: Any, words: Any) -> PointUpdate:
    if words is None:
        return PointUpdate(point_id, changes, nested)
    vector = SparseVector(np.array(words[0], np.uint32), np.array(words[1], np.float32))
    return PointUpdate(point_id, changes, nested, vector)
