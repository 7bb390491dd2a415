"""Where a page ends, as a text that the next request brings back."""

import base64
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
        given_up: Names of the filters that the first page was answered without; the next pages
            are answered without them too, whatever has come meanwhile.
    """

    query: str
    shown: frozenset[int] = frozenset()
    after: str = ""
    given_up: tuple[str, ...] = ()

    def following(self, points: Sequence[str], after: str = "") -> "Cursor":
        """Return the cursor for the page after one that shows these points."""
        shown = self.shown | {_short_hash(each) for each in points}
        return Cursor(self.query, shown, after, self.given_up)

    def begun_at(self, after: str) -> "Cursor":
        """Return the cursor for a page that begins at a place, whatever was shown before it."""
        return Cursor(self.query, after=after, given_up=self.given_up)

    def has_shown(self, point: str) -> bool:
        """Return whether an earlier page showed the point."""
        return bool(self.shown) and _short_hash(point) in self.shown

    def encode(self) -> str:
        """Return the cursor as a text that is safe in an address."""
        shown = struct.pack(f"<{len(self.shown)}I", *sorted(self.shown))
        head = json.dumps([self.query, self.after, self.given_up]).encode()
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
            padded = text + "=" * (-len(text) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
            head, _, shown = data.partition(b"\0")
            written, after, given_up = json.loads(head)
            names = tuple(str(each) for each in given_up)
            hashes = frozenset(each for (each,) in struct.iter_unpack("<I", shown))
        except (ValueError, struct.error, TypeError, RecursionError) as exc:
            raise InvalidQueryError("cursor", "the `next_cursor` of a page", text) from exc
        if written != query:
            raise InvalidQueryError("cursor", "the `next_cursor` of the same query", text)
        return cls(query, hashes, str(after), names)


def _short_hash(point: str) -> int:
    return mmh3.hash(point, signed=False)


def query_digest(*parts: object) -> str:
    """Return what a cursor remembers of its query."""
    return digest([str(part) for part in parts])
