"""Where a page ends, as a text that the next request brings back."""

import base64
import binascii
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import mmh3

from core.encoder import digest
from core.errors import InvalidQueryError


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was shown of one query.

    It names the shown points rather than a position: a product that arrives meanwhile moves the
    others, and counting places would then repeat or lose some.

    Attributes:
        query: Digest of the query, so that a cursor is not used for another one.
        shown: 32-bit hashes of the points on the pages before.
        after: For browsing: the point that the next page begins with.
    """

    query: str
    shown: frozenset[int] = frozenset()
    after: str = ""

    def following(self, points: Sequence[str], after: str = "") -> "Cursor":
        """Return the cursor for the page after one that shows these points."""
        return Cursor(self.query, self.shown | {_short_hash(each) for each in points}, after)

    def has_shown(self, point: str) -> bool:
        """Return whether an earlier page showed the point."""
        return bool(self.shown) and _short_hash(point) in self.shown

    def encode(self) -> str:
        """Return the cursor as a text that is safe in an address."""
        shown = struct.pack(f"<{len(self.shown)}I", *sorted(self.shown))
        head = json.dumps([self.query, self.after]).encode()
        return base64.urlsafe_b64encode(head + b"\0" + shown).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, query: str) -> "Cursor":
        """Return the cursor that `encode` wrote; an empty text is the first page.

        Raises:
            InvalidQueryError: It is not one of ours, or belongs to another query.
        """
        if not text:
            return cls(query)
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            head, _, shown = data.partition(b"\0")
            written, after = json.loads(head)
            hashes = frozenset(each for (each,) in struct.iter_unpack("<I", shown))
        except (ValueError, binascii.Error, struct.error, TypeError) as exc:
            raise InvalidQueryError("cursor", "the `next_cursor` of a page", text) from exc
        if written != query:
            raise InvalidQueryError("cursor", "the `next_cursor` of the same query", text)
        return cls(query, hashes, str(after))


def _short_hash(point: str) -> int:
    return mmh3.hash(point, signed=False)


def query_digest(*parts: object) -> str:
    """Return what a cursor remembers of its query."""
    return digest([str(part) for part in parts])
