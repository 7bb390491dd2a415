"""Events from the log into an analytic store, batch by batch, each exactly once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shopwindow.eventlog.analytics.event_store import EventBatch, EventStore
from shopwindow.eventlog.event_log import EventLog
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values.errors import EventStoreError
from shopwindow.values.event import Event

BATCH_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a roll-over did.

    Attributes:
        n_events: Events that are new in the store.
        n_batches: Batches they came in.
        cursor: The log's cursor up to which the store has its events.
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
    """Take into a store what a log has after the store's position, up to the log's present end.

    It may be killed and started again at any time, and several may run at once: the position is
    asked of the store anew for each batch. The log stays as it is, its old files too. A visitor
    who is erased from both while their events are on their way is erased from the store again.

    Args:
        log: The log.
        store: The store; several logs can share one.
        batch_size: Events taken at once, 1 or more.
        on_batch: Called after each batch with its number of events.

    Returns:
        What was done.

    Raises:
        InvalidEventError: The size of a batch is below 1.
        EventLogError: The log cannot be read.
        EventStoreError: The store cannot be used, or has events that the log does not have.
    """
    _check_same(log, store)
    n_events = n_batches = 0
    goal = decode_cursor(log.get_end_cursor())
    while decode_cursor(position := store.get_cursor(log.log_id)) < goal:
        events, cursor = log.read(position, batch_size)
        if not events:  # all that is left was erased
            break
        if store.append_batch(EventBatch(log.log_id, position, cursor, events)):
            n_events += len(events) - _erased_meanwhile(log, store, position, events)
            n_batches += 1
            on_batch(len(events))
    return SyncResult(n_events, n_batches, position)


def _erased_meanwhile(
    log: EventLog, store: EventStore, position: str, taken: Sequence[Event]
) -> int:
    """Erase the visitors from the store whose events left the log after they were read.

    Whoever erases asks the store after the log: what it then took too late is found here, and what
    leaves the log later than this is erased from the store later too.

    Returns:
        How many of the taken events were theirs.
    """
    left = {each.event_id for each in log.read(position, len(taken))[0]}
    gone = [each for each in taken if each.event_id not in left]
    users = {each.user_id for each in gone if each.user_id}
    for user_id in users:
        store.erase(user_id)
    if any(not each.user_id for each in gone):  # known by a session or an answer of theirs
        store.erase_linked(LinkedIds(event_ids=frozenset(each.event_id for each in gone)))
    return len(gone) + sum(each.user_id in users and each.event_id in left for each in taken)


def _check_same(log: EventLog, store: EventStore) -> None:
    """Refuse a log that ends before what was taken of it: new events would be passed over.

    Raises:
        EventStoreError: It does.
    """
    position, end = store.get_cursor(log.log_id), log.get_end_cursor()
    if decode_cursor(position) > decode_cursor(end):
        raise EventStoreError(
            f"the event store has events up to {position} of the log in {log.folder}, which ends "
            f"at {end or 'its beginning'}: it was put back to an older state. Roll it over into a "
            "new store (SHOPWINDOW_EVENTS__STORE)."
        )
