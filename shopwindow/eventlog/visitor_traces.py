"""What leads to a visitor beside their id: events that name nobody may still be theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class LinkedIds:
    """Events without a visitor's id that are one visitor's nevertheless.

    Attributes:
        session_ids: Their visits, as their own events name them.
        query_ids: The answers that they were shown or acted on.
        event_ids: Ids of single events.
    """

    session_ids: frozenset[str] = frozenset()
    query_ids: frozenset[str] = frozenset()
    event_ids: frozenset[str] = frozenset()

    @classmethod
    def from_rows(cls, named: Iterable[tuple[str, str]]) -> Self:
        """Return the traces of the sessions and queries that a visitor's events name."""
        sessions, queries = zip(*named, strict=True) if (named := list(named)) else ((), ())
        return cls(frozenset(sessions) - {""}, frozenset(queries) - {""})

    def __or__(self, other: "LinkedIds") -> "LinkedIds":
        """Return the traces of both."""
        return LinkedIds(
            self.session_ids | other.session_ids,
            self.query_ids | other.query_ids,
            self.event_ids | other.event_ids,
        )

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.session_ids or self.query_ids or self.event_ids)


NO_LINKED_IDS = LinkedIds()
