"""How far an online store is behind the log that it is learned from."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from shopwindow.eventlog import EventSource, decode_cursor
from shopwindow.personalization.profile_store import ConsumerProgress
from shopwindow.values.errors import OnlineStoreError

STALL_TIMEOUT_S = 30.0
"""How long a caller waits for a consumer that makes no progress."""

_POLL_INTERVAL_S = 0.005


class ConsumerLag(NamedTuple):
    """What a store has not processed yet.

    Attributes:
        n_events: Number of events.
        seconds: How long ago the oldest of them happened; 0 when there is none.
    """

    n_events: int
    seconds: float


def check_compatibility(source: EventSource, store: ConsumerProgress) -> None:
    """Check that a store was learned from this log and with this encoder.

    Raises:
        ProfileEncoderError: The profiles were made with another encoder.
        OnlineStoreError: The store was learned from another log, or from events it has lost.
        EventLogError: The log cannot be read.
    """
    store.check_encoder()
    learned_log_id, cursor = store.log_id, store.cursor
    is_other_log = learned_log_id not in {"", source.log_id}
    if is_other_log or decode_cursor(cursor) > decode_cursor(source.get_end_cursor()):
        raise OnlineStoreError(
            str(store.path),
            "they were learned from another event log, or from events that it lost. Learn "
            "them anew: `shopwindow profiles rebuild`",
        )


def is_behind(source: EventSource, store: ConsumerProgress, end: tuple[int, int]) -> bool:
    """Return whether the log has events between the store's cursor and a position.

    Raises:
        EventLogError: The log cannot be read.
        OnlineStoreError: The store cannot be read.
    """
    cursor = store.cursor  # events at the end may have been erased: then it never gets there
    return decode_cursor(cursor) < end and bool(source.read(cursor, 1)[0])


def poll_until_consumed(source: EventSource, store: ConsumerProgress) -> Iterator[None]:
    """Yield now and then until the store has processed what the log holds now.

    Raises:
        EventLogError: The log cannot be read.
        OnlineStoreError: The store cannot be read, or did not get any further for too long.
    """
    end = decode_cursor(source.get_end_cursor())
    cursor, moved_s = store.cursor, time.monotonic()
    while is_behind(source, store, end):
        yield
        if store.cursor != cursor:
            cursor, moved_s = store.cursor, time.monotonic()
        elif time.monotonic() - moved_s > STALL_TIMEOUT_S:
            raise OnlineStoreError(
                str(store.path),
                f"nobody processed an event of the log for {STALL_TIMEOUT_S:g} s. Let a service "
                "consume events, or run `shopwindow profiles consume`",
            )
        else:
            time.sleep(_POLL_INTERVAL_S)


def measure_lag(source: EventSource, store: ConsumerProgress, now_s: float) -> ConsumerLag:
    """Return how far a store is behind its log.

    Args:
        source: The log.
        store: The store.
        now_s: Seconds since 1970.

    Raises:
        EventLogError: The log cannot be read.
        OnlineStoreError: The store cannot be read.
    """
    cursor = store.cursor
    oldest, _ = source.read(cursor, 1)
    if not oldest:
        return ConsumerLag(0, 0.0)
    return ConsumerLag(source.count(cursor), max(0.0, now_s - oldest[0].time.timestamp()))
