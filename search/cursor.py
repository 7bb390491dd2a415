"""Where a page ends, as a text that the next request brings back."""

import base64
import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mmh3

from shopwindow.values.encoder import digest
from shopwindow.values.errors import InvalidQueryError

_EXPECTED = "the `next_cursor` of a page"
_POINT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_AFTER = re.compile(rf"(?:~?(?:{_POINT})?|=-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.ASCII)
"""Where a browsed page may end: at a point, at a value ("=9.5"), or among those without ("~")."""

_MAX_GIVEN_UP = 10


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was shown of one query.

    It names the shown points rather than a position: a product that arrives meanwhile moves the
    others, and counting places would then repeat or lose some.

    Attributes:
        query_digest: Digest of the query, so that a cursor is not used for another one.
        shown: 32-bit hashes of the points on the pages before.
        after: For browsing: what the next page begins with; see `search.retrieval.browsing`.
        relaxed: Names of the filters that the first page was answered without; the next pages
            are answered without them too, whatever has come meanwhile.
    """

    query_digest: str
    shown: frozenset[int] = frozenset()
    after: str = ""
    relaxed: tuple[str, ...] = ()

    def advance(self, points: Sequence[str], after: str = "") -> "Cursor":
        """Return the cursor for the page after one that shows these points."""
        shown = self.shown | {_short_hash(each) for each in points}
        return Cursor(self.query_digest, shown, after, self.relaxed)

    def start_at(self, after: str) -> "Cursor":
        """Return the cursor for a page that begins at a place, whatever was shown before it."""
        return Cursor(self.query_digest, after=after, relaxed=self.relaxed)

    def has_shown(self, point: str) -> bool:
        """Return whether an earlier page showed the point."""
        return bool(self.shown) and _short_hash(point) in self.shown

    def encode(self) -> str:
        """Return the cursor as a text that is safe in an address."""
        shown = struct.pack(f"<{len(self.shown)}I", *sorted(self.shown))
        head = json.dumps([self.query_digest, self.after, self.relaxed]).encode()
        return base64.urlsafe_b64encode(head + b"\0" + shown).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, query: str) -> "Cursor":
        """Return the cursor that `encode` wrote; an empty text is the first page.

        Anybody can make one up: whatever is in it is checked before it reaches the engine.

        Raises:
            InvalidQueryError: It is not one of ours, or belongs to another query.
        """
        if not text:
            return cls(query)
        try:
            written, after, given_up, hashes = _decoded(text)
        except (ValueError, struct.error, TypeError, RecursionError) as exc:
            raise InvalidQueryError("cursor", _EXPECTED, text) from exc
        if not _is_ours(after, given_up):
            raise InvalidQueryError("cursor", _EXPECTED, text)
        if written != query:
            raise InvalidQueryError("cursor", "the `next_cursor` of the same query", text)
        return cls(query, hashes, after, tuple(given_up))


def _decoded(text: str) -> tuple[Any, Any, Any, frozenset[int]]:
    """Return the parts of a cursor as they were written, whatever they are.

    Raises:
        ValueError: It is no cursor; so do struct.error, TypeError and RecursionError.
    """
    padded = text + "=" * (-len(text) % 4)
    data = base64.b64decode(padded, altchars=b"-_", validate=True)
    head, _, shown = data.partition(b"\0")
    written, after, given_up = json.loads(head)
    return written, after, given_up, frozenset(n for (n,) in struct.iter_unpack("<I", shown))


def _is_ours(after: Any, given_up: Any) -> bool:
    """Return whether a place, and names of filters, may be those of a cursor."""
    if not isinstance(after, str) or not _AFTER.fullmatch(after):
        return False
    if not isinstance(given_up, list) or len(given_up) > _MAX_GIVEN_UP:
        return False
    return all(isinstance(each, str) for each in given_up)


def _short_hash(point: str) -> int:
    return mmh3.hash(point, signed=False)


def digest_parts(*parts: object) -> str:
    """Return what a cursor remembers of its query."""
    return digest([str(part) for part in parts])
