"""What an analytic store of events takes, and what it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shopwindow.eventlog.analytics.rates import DayTotal, PositionRate, RankerRate
from shopwindow.eventlog.log_cursor import place_of
from shopwindow.eventlog.visitor_traces import NO_TRACES, Traces
from shopwindow.values.errors import EventStoreError, InvalidEventError
from shopwindow.values.event import Event

if TYPE_CHECKING:
    import pyarrow as pa

_LOG_ID = re.compile(r"[0-9a-z-]{1,64}")

LATE_PURCHASE = timedelta(days=1)
"""How long after an impression a purchase that names no query still counts for it."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: from `since` on, and before `until`; unbounded where it is None.

    Raises:
        InvalidEventError: A time lacks its zone, or the end is not after the beginning.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Check the times and put them into UTC.

        Raises:
            InvalidEventError: See the class.
        """
        for name in ("since", "until"):
            value = getattr(self, name)
            if value is None:
                continue
            if value.tzinfo is None:
                raise InvalidEventError(name, "a time with a zone", value)
            object.__setattr__(self, name, value.astimezone(UTC))
        if self.since and self.until and self.since >= self.until:
            raise InvalidEventError("until", f"a time after {self.since}", self.until)


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that follow each other in a log.

    Attributes:
        log_id: The log they come from.
        after: Its cursor before the first of them; empty at the beginning.
        cursor: Its cursor after the last of them.
        events: The events.

    Raises:
        InvalidEventError: The log's name has no sense, or the cursors do not move on.
    """

    log_id: str
    after: str
    cursor: str
    events: Sequence[Event]

    def __post_init__(self) -> None:
        """Check the name and the cursors.

        Raises:
            InvalidEventError: See the class.
        """
        if not _LOG_ID.fullmatch(self.log_id):  # it becomes part of a file's name
            expected = "up to 64 small letters, digits and hyphens"
            raise InvalidEventError("log_id", expected, self.log_id)
        if place_of(self.after) >= place_of(self.cursor):
            raise InvalidEventError("cursor", f"one that is after {self.after!r}", self.cursor)

    def is_next(self, position: str) -> bool:
        """Return whether a store that is at a position is to take it; if not, it has done so.

        Raises:
            EventStoreError: The store lacks events before it.
        """
        if place_of(position) < place_of(self.after):
            raise EventStoreError(
                f"the event store has the log's events up to {position or 'none'}, the batch begins"
                f" after {self.after}: what is between would be lost. Read on from its position."
            )
        return place_of(position) == place_of(self.after)


class EventStore(Protocol):
    """Takes the events of logs in batches, each exactly once, and answers a few questions on them.

    For analysis and training only: nothing that serves a request asks it. An impression counts as
    clicked (carted, ...) when the store has such an event of the same `query_id` and `product_id`
    whose time is not before the period. A purchase without a `query_id` counts for the visitor's
    impressions of the product in the `LATE_PURCHASE` before it. Every method raises
    `EventStoreError` when the store cannot be used.
    """

    def position(self, log_id: str) -> str:
        """Return the cursor up to which a log's events were taken; empty when none were."""
        ...

    def take(self, batch: Batch) -> bool:
        """Add a batch together with its cursor: both, or neither.

        However often it is repeated, also after a kill between any two steps, its events are in
        the store once.

        Returns:
            Whether it was added; False when its events, or the first of them, had been before. Then
            read on from `position`.

        Raises:
            EventStoreError: The store lacks events before it, or cannot be used.
        """
        ...

    def count(self) -> int:
        """Return how many events there are."""
        ...

    def totals(self, period: Period = ALWAYS) -> list[DayTotal]:
        """Return events by day and kind, ordered by both."""
        ...

    def product_counts(self, period: Period = ALWAYS) -> "pa.Table":
        """Return one row a product, by id, with the columns of `shopwindow.eventlog.analytics.arrow_tables.COUNTS`."""
        ...

    def position_rates(self, period: Period = ALWAYS) -> list[PositionRate]:
        """Return the position curves, by surface and position."""
        ...

    def ranker_rates(self, period: Period = ALWAYS) -> list[RankerRate]:
        """Return what came of the rankers, by name, version and surface."""
        ...

    def training_rows(self, period: Period = ALWAYS) -> "pa.Table":
        """Return one row an impression with the columns of `shopwindow.eventlog.analytics.arrow_tables.TRAINING`.

        They are ordered by time, then by `event_id`, and all in memory: a period bounds them.
        """
        ...

    def erase(self, user_id: str, traces: Traces = NO_TRACES) -> int:
        """Remove every event of a visitor for good; to be repeated when it was interrupted.

        Erase them from the log first: what is left there can be taken again. Events that name no
        visitor are theirs when they name a session or answer that their own events name.

        Args:
            user_id: The visitor.
            traces: What the log had of theirs, of which the store may lack the event that names
                them; see `EventLog.traces`.

        Returns:
            How many there were.

        Raises:
            InvalidEventError: The id is empty.
            EventStoreError: They cannot be removed.
        """
        ...

    def forget(self, traces: Traces) -> int:
        """Remove for good the events that name no visitor, and are traces.

        Returns:
            How many there were.

        Raises:
            EventStoreError: They cannot be removed.
        """
        ...

    def close(self) -> None:
        """Let go of the store. Closing again does nothing."""
        ...
