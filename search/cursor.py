"""Pagination cursors: where a page ended, as a string that the next request sends back."""

import base64
import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mmh3

from shopwindow.values import digest
from shopwindow.values.errors import InvalidQueryError

_EXPECTED = "the `next_cursor` of a page"
_POSITION = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_AFTER = re.compile(rf"(?:~?(?:{_POSITION})?|=-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.ASCII)
"""Where a browsed page may end: at a product, at a value ("=9.5"), or among products
without a value ("~")."""

_MAX_RELAXED = 10


@dataclass(frozen=True, slots=True)
class Cursor:
    """What the earlier pages of one query showed.

    It lists the shown products rather than an offset: a product that is added meanwhile moves the
    others, and an offset would then repeat or skip some.

    Attributes:
        query_digest: Digest of the query, so that a cursor is refused for another one.
        shown: 32-bit hashes of the products on the earlier pages.
        after: For browsing: where the next page begins; see `search.retrieval.browsing`.
        relaxed: Names of the filters that the first page dropped; the next pages drop the same
            ones, even when products that pass them have been added meanwhile.
    """

    query_digest: str
    shown: frozenset[int] = frozenset()
    after: str = ""
    relaxed: tuple[str, ...] = ()

    def advance(self, product_ids: Sequence[str], after: str = "") -> "Cursor":
        """Return the cursor for the page after one that shows these products."""
        shown = self.shown | {_hash_id(product_id) for product_id in product_ids}
        return Cursor(self.query_digest, shown, after, self.relaxed)

    def start_at(self, after: str) -> "Cursor":
        """Return the cursor for a page that begins at a position, with no products shown before."""
        return Cursor(self.query_digest, after=after, relaxed=self.relaxed)

    def has_shown(self, product_id: str) -> bool:
        """Return whether an earlier page showed the product."""
        return bool(self.shown) and _hash_id(product_id) in self.shown

    def encode(self) -> str:
        """Return the cursor as a URL-safe string."""
        shown = struct.pack(f"<{len(self.shown)}I", *sorted(self.shown))
        head = json.dumps([self.query_digest, self.after, self.relaxed]).encode()
        return base64.urlsafe_b64encode(head + b"\0" + shown).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, query: str) -> "Cursor":
        """Return the cursor that `encode` wrote; an empty text is the first page.

        Clients may send anything: the content is validated before it reaches the engine.

        Raises:
            InvalidQueryError: The text is not a cursor, or belongs to another query.
        """
        if not text:
            return cls(query)
        try:
            query_digest, after, relaxed, shown = _decode_fields(text)
        except (ValueError, struct.error, TypeError, RecursionError) as exc:
            raise InvalidQueryError("cursor", _EXPECTED, text) from exc
        if not _is_valid(after, relaxed):
            raise InvalidQueryError("cursor", _EXPECTED, text)
        if query_digest != query:
            raise InvalidQueryError("cursor", "the `next_cursor` of the same query", text)
        return cls(query, shown, after, tuple(relaxed))


def _decode_fields(text: str) -> tuple[Any, Any, Any, frozenset[int]]:
    """Return the query digest, position, relaxed filters and hashes of a cursor, not validated.

    Raises:
        ValueError: The text is not a cursor. So do struct.error, TypeError and RecursionError.
    """
    padded = text + "=" * (-len(text) % 4)
    data = base64.b64decode(padded, altchars=b"-_", validate=True)
    head, _, packed_hashes = data.partition(b"\0")
    query_digest, after, relaxed = json.loads(head)
    shown = frozenset(id_hash for (id_hash,) in struct.iter_unpack("<I", packed_hashes))
    return query_digest, after, relaxed, shown


def _is_valid(after: Any, relaxed: Any) -> bool:
    """Return whether a position and relaxed filter names have the types that a cursor writes."""
    if not isinstance(after, str) or not _AFTER.fullmatch(after):
        return False
    if not isinstance(relaxed, list) or len(relaxed) > _MAX_RELAXED:
        return False
    return all(isinstance(name, str) for name in relaxed)


def _hash_id(product_id: str) -> int:
    return mmh3.hash(product_id, signed=False)


def digest_parts(*parts: object) -> str:
    """Return the digest of all values that identify a query, for `Cursor.query_digest`."""
    return digest([str(part) for part in parts])
