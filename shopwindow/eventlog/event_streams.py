"""What writers and consumers need of an event log, whatever it is kept in."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from shopwindow.values import Event


class AppendResult(NamedTuple):
    """How many events of a batch were new.

    Attributes:
        written: Events that are new in the log.
        duplicates: Events whose id was in the log already; the first event of an id is kept.
    """

    written: int
    duplicates: int


class EventSink(Protocol):
    """Takes events in batches; safe to use from several threads."""

    def append(self, events: Iterable[Event]) -> AppendResult:
        """Write a batch of events: all of them, or none when this raises; durable on return.

        Returns:
            How many were new.

        Raises:
            EventLogError: They cannot be written.
        """


class EventSource(Protocol):
    """Gives events in the order in which they were written; safe to use from several threads.

    A cursor is a position between two events, the empty one that before the first; positions
    compare in the order of writing, see `shopwindow.eventlog.log_cursor`.
    """

    @property
    def log_id(self) -> str:
        """Identity of the log: cursors of one log mean nothing to another."""

    def read(self, after: str = "", limit: int = 1000) -> tuple[list[Event], str]:
        """Read the next events.

        Args:
            after: The cursor that came with the previous events; empty for the beginning.
            limit: Maximum number of events, 1 or more.

        Returns:
            The events, and the cursor after the last of them; without events, `after` itself.

        Raises:
            InvalidEventError: The cursor is malformed, or the limit is below 1.
            EventLogError: The log cannot be read.
        """

    def get_end_cursor(self) -> str:
        """Return the cursor after the last event ever written, counting erased events.

        Raises:
            EventLogError: The log cannot be read.
        """

    def count(self, after: str = "") -> int:
        """Return the number of events after a cursor.

        Raises:
            InvalidEventError: The cursor is malformed.
            EventLogError: The log cannot be read.
        """
