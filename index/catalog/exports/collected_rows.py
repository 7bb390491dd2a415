"""What the first reading of an export collects for the second, in bounded memory."""

import json
import sqlite3
from collections.abc import Mapping
from types import TracebackType
from typing import Self

_MAX_PENDING = 2_000
_MAX_LISTED = 1_000
MAX_PHOTOS = 50
"""Photos of a product that are looked at; each of its variants may show them all."""


class CollectedRows:
    """Stores values by kind and key in a temporary database.

    The rows of one product may stand anywhere in an export: sorted by SKU, variants before their
    parent, translations after all of them. SQLite keeps the values in its page cache of 2 MB and
    writes the rest to a temporary file that is deleted on close, so that memory does not grow with
    the export.

    Attributes:
        has_malformed: Whether a row could not be read, and a parent may be missing for it.
        last_malformed_line: Line of the last row before the current one that could not be read.
    """

    def __init__(self) -> None:
        self.has_malformed = False
        self.last_malformed_line = 0
        self._owners: list[tuple[str, bytes, bytes]] = []
        self._last_listed: tuple[str, str, tuple[str, ...]] = ("", "", ())
        self._items: list[tuple[str, bytes, float, str]] = []
        self._pending: dict[tuple[str, bytes], str] = {}
        self._last: tuple[str, str, object] | None = None
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(
            "CREATE TABLE collected (kind TEXT, key BLOB, value TEXT, PRIMARY KEY (kind, key)) "
            "WITHOUT ROWID"
        )
        self._database.execute(
            "CREATE TABLE owned (kind TEXT, key BLOB, owner BLOB, is_shared INTEGER DEFAULT 0, "
            "PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._database.execute(
            "CREATE TABLE listed (kind TEXT, key BLOB, rank REAL, number INTEGER PRIMARY KEY, "
            "value TEXT)"
        )
        self._database.execute("CREATE INDEX by_key ON listed (kind, key, rank)")
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, kind: str, key: str, value: object) -> None:
        """Store a value of JSON types, unless one is stored under this kind and key."""
        self._pending.setdefault((kind, _encode(key)), json.dumps(value))
        if len(self._pending) >= _MAX_PENDING:
            self._flush()

    def get(self, kind: str, key: str) -> object:
        """Return the first value stored under a kind and key; None without one."""
        if self._last and self._last[:2] == (kind, key):
            return self._last[2]
        if self._pending:
            self._flush()
        found = self._database.execute(
            "SELECT value FROM collected WHERE kind = ? AND key = ?", (kind, _encode(key))
        ).fetchone()
        value = json.loads(found[0]) if found else None
        self._last = (kind, key, value)
        return value

    def get_cells(self, kind: str, key: str) -> Mapping[str, object]:
        """Return the cells of a stored row; empty without one."""
        cells = self.get(kind, key)
        return cells if isinstance(cells, dict) else {}

    def append(self, kind: str, key: str, value: str, rank: float = 0) -> None:
        """Store one text of several under a kind and key."""
        self._items.append((kind, _encode(key), rank, value))
        self._last_listed = ("", "", ())
        if len(self._items) >= _MAX_PENDING:
            self._flush()

    def list_texts(self, kind: str, key: str, limit: int = _MAX_LISTED) -> list[str]:
        """Return the texts that were appended, by rank and then in the order of the rows.

        Args:
            kind: Their kind.
            key: Their key.
            limit: How many at most.
        """
        if self._last_listed[:2] == (kind, key):
            return list(self._last_listed[2])
        if self._items:
            self._flush()
        found = self._database.execute(
            "SELECT value FROM listed WHERE kind = ? AND key = ? ORDER BY rank, number LIMIT ?",
            (kind, _encode(key), limit),
        )
        texts = [value for (value,) in found]
        self._last_listed = (kind, key, tuple(texts))
        return texts

    def add_owner(self, kind: str, key: str, owner: str) -> None:
        """Store that an owner uses a key, such as a product a SKU."""
        self._owners.append((kind, _encode(key), _encode(owner)))
        if len(self._owners) >= _MAX_PENDING:
            self._flush()

    def is_shared(self, kind: str, key: str) -> bool:
        """Return whether two owners or more use a key."""
        if self._owners:
            self._flush()
        found = self._database.execute(
            "SELECT is_shared FROM owned WHERE kind = ? AND key = ?", (kind, _encode(key))
        ).fetchone()
        return bool(found and found[0])

    def _flush(self) -> None:
        rows = [(kind, key, value) for (kind, key), value in self._pending.items()]
        self._database.executemany("INSERT OR IGNORE INTO collected VALUES (?, ?, ?)", rows)
        self._database.executemany(
            "INSERT INTO owned (kind, key, owner) VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
            "SET is_shared = 1 WHERE owner != excluded.owner",
            self._owners,
        )
        self._database.executemany(
            "INSERT INTO listed (kind, key, rank, value) VALUES (?, ?, ?, ?)", self._items
        )
        self._items.clear()
        self._pending.clear()
        self._owners.clear()
        self._last = None


def _encode(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")
