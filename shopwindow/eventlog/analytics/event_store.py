"""The contract of an analytic event store: the batches it appends, the queries it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError, InvalidEventError

if TYPE_CHECKING:
    import pyarrow as pa

_LOG_ID = re.compile(r"[0-9a-z-]{1,64}")

ATTRIBUTION_WINDOW = timedelta(days=1)
"""How long after an impression a purchase that names no query still counts for it."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open interval of time: `since` <= time < `until`; unbounded where None.

    Raises:
        InvalidEventError: A time has no zone, or `until` is not after `since`.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Check the times and convert them to UTC.

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
    """Consecutive events of a log.

    Attributes:
        log_id: Id of the log they come from.
        start_cursor: The log's cursor before the first event; empty at the beginning.
        end_cursor: The log's cursor after the last event.
        events: The events, in the order of the log.

    Raises:
        InvalidEventError: The log id is malformed, or the end cursor is not after the start.
    """

    log_id: str
    start_cursor: str
    end_cursor: str
    events: Sequence[Event]

    def __post_init__(self) -> None:
        """Check the log id and the cursors.

        Raises:
            InvalidEventError: See the class.
        """
        if not _LOG_ID.fullmatch(self.log_id):  # it becomes part of a file name
            expected = "up to 64 small letters, digits and hyphens"
            raise InvalidEventError("log_id", expected, self.log_id)
        if decode_cursor(self.start_cursor) >= decode_cursor(self.end_cursor):
            raise InvalidEventError(
                "end_cursor", f"one that is after {self.start_cursor!r}", self.end_cursor
            )

    def is_next(self, cursor: str) -> bool:
        """Return whether the batch is the next one; if not, the store has its first events already.

        Args:
            cursor: The store's cursor in the log.

        Raises:
            EventStoreError: The store lacks events before the batch.
        """
        if decode_cursor(cursor) < decode_cursor(self.start_cursor):
            raise EventStoreError(
                f"the event store has the log's events up to {cursor or 'none'}, the batch begins "
                f"after {self.start_cursor}: the events between would be lost. Read on from the "
                "store's cursor."
            )
        return decode_cursor(cursor) == decode_cursor(self.start_cursor)


class EventStore(Protocol):
    """Holds the events of logs, each exactly once, and answers a few queries over them.

    For analysis and training only: no request is served from it. An impression counts as clicked
    (carted, ...) if the store has such an event of the same `query_id` and `product_id` whose time
    is not before the period. A purchase without a `query_id` counts for the visitor's impressions
    of the product in the `ATTRIBUTION_WINDOW` before it. Every method raises `EventStoreError` if
    the store cannot be used.
    """

    def get_cursor(self, log_id: str) -> str:
        """Return the cursor up to which a log's events are in the store; empty if none are."""
        ...

    def append_batch(self, batch: EventBatch) -> bool:
        """Append a batch together with its cursor: both, or neither.

        Idempotent: however often it is repeated, also after a kill between any two steps, its
        events are in the store once.

        Returns:
            Whether it was appended; False if its events, or the first of them, are in the store
            already. Then read on from `get_cursor`.

        Raises:
            EventStoreError: The store lacks events before the batch, or cannot be used.
        """
        ...

    def count(self) -> int:
        """Return the number of events."""
        ...

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return event counts by day (UTC) and kind, ordered by both."""
        ...

    def count_by_product(self, period: Period = ALL_TIME) -> "pa.Table":
        """Return event counts by product: one row per product, ordered by id.

        The columns are those of
        `shopwindow.eventlog.analytics.arrow_tables.PRODUCT_COUNT_SCHEMA`.
        """
        ...

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return click rates by position, ordered by surface and position."""
        ...

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return click rates by ranker, ordered by name, version and surface."""
        ...

    def build_training_rows(self, period: Period = ALL_TIME) -> "pa.Table":
        """Return one labelled row per impression, ordered by time, then by `event_id`.

        The columns are those of `shopwindow.eventlog.analytics.arrow_tables.TRAINING_SCHEMA`. All
        rows are in memory: bound them with a period.
        """
        ...

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Erase every event of a visitor for good; to be repeated after an interruption.

        Erase them from the log first: events left there can be synced again. Anonymous events are
        theirs if they have a `session_id` or `query_id` that the visitor's own events have.

        Args:
            user_id: The visitor.
            linked_ids: The visitor's sessions and responses according to the log, as the store may
                lack the events that name them; see `EventLog.find_linked_ids`.

        Returns:
            How many events were erased.

        Raises:
            InvalidEventError: The id is empty.
            EventStoreError: The events cannot be erased.
        """
        ...

    def erase_linked(self, linked_ids: LinkedIds) -> int:
        """Erase for good the anonymous events that have one of the ids.

        Returns:
            How many events were erased.

        Raises:
            EventStoreError: The events cannot be erased.
        """
        ...

    def close(self) -> None:
        """Close the store. Closing again does nothing."""
        ...
