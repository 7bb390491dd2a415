"""What an analytic store of events takes, and what it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds
from shopwindow.values.errors import EventStoreError, InvalidEventError
from shopwindow.values.event import Event

if TYPE_CHECKING:
    import pyarrow as pa

_LOG_ID = re.compile(r"[0-9a-z-]{1,64}")

ATTRIBUTION_WINDOW = timedelta(days=1)
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


ALL_TIME = Period()


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events that follow each other in a log.

    Attributes:
        log_id: The log they come from.
        start_cursor: Its cursor before the first of them; empty at the beginning.
        end_cursor: Its cursor after the last of them.
        events: The events.

    Raises:
        InvalidEventError: The log's name has no sense, or the cursors do not move on.
    """

    log_id: str
    start_cursor: str
    end_cursor: str
    events: Sequence[Event]

    def __post_init__(self) -> None:
        """Check the name and the cursors.

        Raises:
            InvalidEventError: See the class.
        """
        if not _LOG_ID.fullmatch(self.log_id):  # it becomes part of a file's name
            expected = "up to 64 small letters, digits and hyphens"
            raise InvalidEventError("log_id", expected, self.log_id)
        if decode_cursor(self.start_cursor) >= decode_cursor(self.end_cursor):
            raise InvalidEventError(
                "end_cursor", f"one that is after {self.start_cursor!r}", self.end_cursor
            )

    def is_next(self, position: str) -> bool:
        """Return whether a store that is at a position is to take it; if not, it has done so.

        Raises:
            EventStoreError: The store lacks events before it.
        """
        if decode_cursor(position) < decode_cursor(self.start_cursor):
            raise EventStoreError(
                f"the event store has the log's events up to {position or 'none'}, the batch begins"
                f" after {self.start_cursor}: what is between would be lost. Read on from its position."
            )
        return decode_cursor(position) == decode_cursor(self.start_cursor)


class EventStore(Protocol):
    """Takes the events of logs in batches, each exactly once, and answers a few questions on them.

    For analysis and training only: nothing that serves a request asks it. An impression counts as
    clicked (carted, ...) when the store has such an event of the same `query_id` and `product_id`
    whose time is not before the period. A purchase without a `query_id` counts for the visitor's
    impressions of the product in the `ATTRIBUTION_WINDOW` before it. Every method raises
    `EventStoreError` when the store cannot be used.
    """

    def get_cursor(self, log_id: str) -> str:
        """Return the cursor up to which a log's events were taken; empty when none were."""
        ...

    def append_batch(self, batch: EventBatch) -> bool:
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

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return events by day and kind, ordered by both."""
        ...

    def count_by_product(self, period: Period = ALL_TIME) -> "pa.Table":
        """Return one row a product, by id, with the columns of `shopwindow.eventlog.analytics.arrow_tables.PRODUCT_COUNT_SCHEMA`."""
        ...

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return the position curves, by surface and position."""
        ...

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return what came of the rankers, by name, version and surface."""
        ...

    def build_training_rows(self, period: Period = ALL_TIME) -> "pa.Table":
        """Return one row an impression with the columns of `shopwindow.eventlog.analytics.arrow_tables.TRAINING_SCHEMA`.

        They are ordered by time, then by `event_id`, and all in memory: a period bounds them.
        """
        ...

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Remove every event of a visitor for good; to be repeated when it was interrupted.

        Erase them from the log first: what is left there can be taken again. Events that name no
        visitor are theirs when they name a session or answer that their own events name.

        Args:
            user_id: The visitor.
            linked_ids: What the log had of theirs, of which the store may lack the event that names
                them; see `EventLog.find_linked_ids`.

        Returns:
            How many there were.

        Raises:
            InvalidEventError: The id is empty.
            EventStoreError: They cannot be removed.
        """
        ...

    def erase_linked(self, linked_ids: LinkedIds) -> int:
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
