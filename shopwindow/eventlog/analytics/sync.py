"""Sync a log into an analytic store: batch by batch, each event exactly once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shopwindow.eventlog.analytics.event_store import EventBatch, EventStore
from shopwindow.eventlog.event_log import EventLog
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError

BATCH_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did.

    Attributes:
        n_events: Events that are new in the store.
        n_batches: Batches that were appended.
        cursor: The log's cursor up to which its events are in the store.
    """

    n_events: int
    n_batches: int
    cursor: str


def sync_events(
    log: EventLog,
    store: EventStore,
    *,
    batch_size: int = BATCH_SIZE,
    on_batch: Callable[[int], object] = lambda _: None,
) -> SyncResult:
    """Append a log's events after the store's cursor to the store, up to the log's current end.

    It may be killed and restarted at any time, and several may run at once: the cursor is read
    from the store again for each batch. The log is not changed, nor are its old segments. A
    visitor who is erased from both while their events are in transit is erased from the store
    again.

    Args:
        log: The log.
        store: The store; several logs can share one.
        batch_size: Events per batch, 1 or more.
        on_batch: Called after each batch with its number of events.

    Returns:
        The new events and batches, and the store's cursor.

    Raises:
        InvalidEventError: The batch size is below 1.
        EventLogError: The log cannot be read.
        EventStoreError: The store cannot be used, or is ahead of the log.
    """
    _check_not_ahead(log, store)
    n_events = n_batches = 0
    end_offset = decode_cursor(log.get_end_cursor())
    while decode_cursor(start_cursor := store.get_cursor(log.log_id)) < end_offset:
        events, end_cursor = log.read(start_cursor, batch_size)
        if not events:  # all remaining events were erased
            break
        if store.append_batch(EventBatch(log.log_id, start_cursor, end_cursor, events)):
            n_events += len(events) - _erase_stale_events(log, store, start_cursor, events)
            n_batches += 1
            on_batch(len(events))
    return SyncResult(n_events, n_batches, start_cursor)


def _erase_stale_events(
    log: EventLog, store: EventStore, start_cursor: str, appended: Sequence[Event]
) -> int:
    """Erase appended events from the store that were erased from the log after they were read.

    An erasure goes through the log first, then the store. If it passed the store before the batch
    was appended, the missing events are found here; an erasure that reaches the log after this
    check also reaches the store after it.

    Returns:
        How many of the appended events were erased.
    """
    remaining_ids = {event.event_id for event in log.read(start_cursor, len(appended))[0]}
    stale = [event for event in appended if event.event_id not in remaining_ids]
    user_ids = {event.user_id for event in stale if event.user_id}
    for user_id in user_ids:
        store.erase(user_id)
    if any(not event.user_id for event in stale):  # erased as linked to a visitor
        store.erase_linked(LinkedIds(event_ids=frozenset(event.event_id for event in stale)))
    n_remaining = sum(
        event.user_id in user_ids and event.event_id in remaining_ids for event in appended
    )
    return len(stale) + n_remaining


def _check_not_ahead(log: EventLog, store: EventStore) -> None:
    """Check that the log does not end before the store's cursor: new events would be skipped.

    Raises:
        EventStoreError: The store is ahead of the log.
    """
    cursor, end_cursor = store.get_cursor(log.log_id), log.get_end_cursor()
    if decode_cursor(cursor) > decode_cursor(end_cursor):
        raise EventStoreError(
            f"the event store has events up to {cursor} of the log in {log.folder}, which ends at "
            f"{end_cursor or 'its beginning'}: the log was restored to an older state. Sync it "
            "into a new store (SHOPWINDOW_EVENTS__STORE)."
        )
