"""The consumer of the event log that keeps the online store up to date."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shopwindow.eventlog import EventSource, decode_cursor
from shopwindow.personalization.catalog_items import CatalogItems
from shopwindow.personalization.consumer_progress import (
    check_compatibility,
    is_behind,
    poll_until_consumed,
)
from shopwindow.personalization.profile_store import ProfileStore
from shopwindow.personalization.profile_updater import EventBatchProcessor
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Closeable
from shopwindow.values.errors import OnlineStoreError

LOG = logging.getLogger(__name__)
BATCH_SIZE = 500
_POLL_INTERVAL_S = 0.1
"""How often the consumer that holds the lock looks for the events of other processes."""

_STANDBY_INTERVAL_S = 0.5
"""How often the others try to take over."""


class EventConsumer(Closeable):
    """Processes each event of a log into the online store, exactly once.

    The log cursor is saved in the same transaction as what was learned, so a crash at any moment
    loses nothing and counts nothing twice. Of all consumers of one store, one at a time holds its
    lock and processes events; when it ends or dies, another takes over within a second.

    Args:
        log: The log; whoever opened it closes it, after the consumer.
        store: The online store that is updated.
        catalog: Looks up the products.
        settings: How interactions update profiles.
        now: Wall-clock time in seconds since 1970; replaced in tests.
    """

    def __init__(
        self,
        log: EventSource,
        store: ProfileStore,
        catalog: CatalogItems,
        settings: ProfileSettings,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._log = log
        self._store = store
        self._catalog = catalog
        self._settings = settings
        self._lock = store.make_consumer_lock()
        self._wake_event = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def is_consuming(self) -> bool:
        """Whether this consumer holds the lock, so that others only read."""
        return self._lock.is_held

    def start(self) -> None:
        """Start consuming the log in a background thread, as soon as no other consumer does.

        A second call does nothing, nor does one after `close`.
        """
        if self._thread is None and not self._is_closed:
            self._thread = threading.Thread(target=self._run, name="event-consumer", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Make the background thread look for new events at once."""
        self._wake_event.set()

    def consume_pending(self, progress: Callable[[int], None] | None = None) -> int:
        """Return once all events that the log has now are processed, here or by who has the lock.

        Args:
            progress: Called after each batch with the number of events processed here so far.

        Returns:
            The number of events processed here.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be written, or belongs to another log; or another
                consumer has the lock and does not get any further.
            IndexStoreError: The products cannot be looked up.
        """
        check_compatibility(self._log, self._store)
        end, n_consumed = decode_cursor(self._log.get_end_cursor()), 0
        for _ in poll_until_consumed(self._log, self._store):
            with self._try_lock() as is_locked:
                while is_locked and is_behind(self._log, self._store, end):
                    n_consumed += self._consume_batch()
                    if progress is not None:
                        progress(n_consumed)
        return n_consumed

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Clear the store and learn everything again from the log.

        Args:
            progress: See `consume_pending`.

        Returns:
            The number of events processed.

        Raises:
            OnlineStoreError: Another consumer holds the lock: it would learn with its own encoder
                and settings.
            ShopwindowError: See `consume_pending`; the batches learned so far are kept, and the
                next call continues after them.
        """
        with self._try_lock() as is_locked:
            if not is_locked:
                raise OnlineStoreError(
                    str(self._store.path),
                    f"process {self._lock.read_holder_pid()} is learning from the log. End it, "
                    "or serve with SHOPWINDOW_EVENTS__CONSUME=false, then try again",
                )
            with self._store.begin() as transaction:
                transaction.clear()
            return self.consume_pending(progress)

    def close(self) -> None:
        """Stop the background thread; later events are processed by others or at the next start."""
        self._is_closed = True
        self.wake()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def _try_lock(self) -> Iterator[bool]:
        """Hold the lock for a block, unless another consumer does.

        Yields:
            Whether it is held.

        Raises:
            OnlineStoreError: The lock cannot be used.
        """
        try:
            is_locked = self._lock.try_acquire()
        except OSError as exc:
            raise OnlineStoreError(str(self._store.path), f"its lock failed: {exc}") from exc
        try:
            yield is_locked
        finally:
            if is_locked:
                self._lock.release()

    def _consume_batch(self) -> int:
        if not self._log.read(self._store.cursor, 1)[0]:
            return 0
        with self._store.begin() as transaction:
            events, cursor = self._log.read(transaction.cursor, BATCH_SIZE)
            if events:
                processor = EventBatchProcessor(
                    transaction, self._catalog, self._settings, self._now()
                )
                processor.process(events)
                transaction.set_cursor(cursor, self._log.log_id)
            return len(events)

    def _run(self) -> None:
        while not self._is_closed:
            try:
                with self._try_lock() as is_locked:
                    if is_locked:
                        self._consume_until_closed()
            except Exception:
                # The lock is free meanwhile: another process may be able to do it.
                LOG.warning("events could not be processed; trying again", exc_info=True)
            if not self._is_closed:
                self._wait(_STANDBY_INTERVAL_S)

    def _consume_until_closed(self) -> None:
        check_compatibility(self._log, self._store)  # another one may have learned it meanwhile
        while not self._is_closed:
            if not self._consume_batch():
                self._wait(_POLL_INTERVAL_S)

    def _wait(self, timeout_s: float) -> None:
        self._wake_event.wait(timeout_s)
        self._wake_event.clear()
