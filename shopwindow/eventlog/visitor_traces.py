"""Ids that link anonymous events to a visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class LinkedIds:
    """Ids by which events without a `user_id` still belong to one visitor.

    Attributes:
        session_ids: Sessions of the visitor's own events.
        query_ids: Search responses that the visitor's own events name.
        event_ids: Ids of single events.
    """

    session_ids: frozenset[str] = frozenset()
    query_ids: frozenset[str] = frozenset()
    event_ids: frozenset[str] = frozenset()

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str]]) -> Self:
        """Return the ids in (session_id, query_id) rows of a visitor; empty ids are ignored."""
        id_pairs = list(rows)
        session_ids = frozenset(session_id for session_id, _ in id_pairs)
        query_ids = frozenset(query_id for _, query_id in id_pairs)
        return cls(session_ids - {""}, query_ids - {""})

    def __or__(self, other: "LinkedIds") -> "LinkedIds":
        """Return the union of both."""
        return LinkedIds(
            self.session_ids | other.session_ids,
            self.query_ids | other.query_ids,
            self.event_ids | other.event_ids,
        )

    def __bool__(self) -> bool:
        """Return whether there are any ids."""
        return bool(self.session_ids or self.query_ids or self.event_ids)


NO_LINKED_IDS = LinkedIds()
