"""What leads to a visitor beside their id: events that name nobody may still be theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Traces:
    """Events without a visitor's id that are one visitor's nevertheless.

    Attributes:
        sessions: Their visits, as their own events name them.
        queries: The answers that they were shown or acted on.
        events: Ids of single events.
    """

    sessions: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()

    @classmethod
    def of(cls, named: Iterable[tuple[str, str]]) -> Self:
        """Return the traces of the sessions and queries that a visitor's events name."""
        sessions, queries = zip(*named, strict=True) if (named := list(named)) else ((), ())
        return cls(frozenset(sessions) - {""}, frozenset(queries) - {""})

    def __or__(self, other: "Traces") -> "Traces":
        """Return the traces of both."""
        return Traces(
            self.sessions | other.sessions,
            self.queries | other.queries,
            self.events | other.events,
        )

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.sessions or self.queries or self.events)


NO_TRACES = Traces()
