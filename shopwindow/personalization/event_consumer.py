"""The consumer of the event log that keeps the online store up to date."""

import logging
import threading
import time
from collections.abc import Callable

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.personalization.catalog_items import CatalogItems
from shopwindow.personalization.online_store import OnlineStore
from shopwindow.personalization.profile_updater import EventBatchProcessor
from shopwindow.ranking import ProfileSettings
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import OnlineStoreError

LOG = logging.getLogger(__name__)
BATCH_SIZE = 500
_POLL_INTERVAL_S = 1.0


class EventConsumer(Closeable):
    """Processes each event of a log into the online store, exactly once.

    The log cursor is saved in the same transaction as what was learned, so a crash at any moment
    loses nothing and counts nothing twice, and several processes may consume one log.

    Args:
        log: The log; whoever opened it closes it, after the consumer.
        store: The online store that is updated.
        catalog: Looks up the products.
        settings: How interactions update profiles.
        now: Wall-clock time in seconds since 1970; replaced in tests.
    """

    def __init__(
        self,
        log: EventLog,
        store: OnlineStore,
        catalog: CatalogItems,
        settings: ProfileSettings,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._log = log
        self._store = store
        self._catalog = catalog
        self._settings = settings
        self._wake_event = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start consuming the log in a background thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._poll, name="event-consumer", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Make the background thread look for new events at once."""
        self._wake_event.set()

    def check_compatibility(self) -> None:
        """Check that the store was learned from this log and with this encoder.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
            OnlineStoreError: The store was learned from another log, or from events it has lost.
            EventLogError: The log cannot be read.
        """
        self._store.check_encoder()
        learned_log_id, cursor = self._store.log_id, self._store.cursor
        is_other_log = learned_log_id not in {"", self._log.log_id}
        if is_other_log or decode_cursor(cursor) > decode_cursor(self._log.get_end_cursor()):
            raise OnlineStoreError(
                str(self._store.path),
                "they were learned from another event log, or from events that it lost. Learn "
                "them anew: `shopwindow profiles rebuild`",
            )

    def consume_pending(self, progress: Callable[[int], None] | None = None) -> int:
        """Process all events that the log has now; later ones are left for the next call.

        Args:
            progress: Called after each batch with the number of events processed so far.

        Returns:
            The number of events processed.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be written, or belongs to another log.
            IndexStoreError: The products cannot be looked up.
        """
        self.check_compatibility()
        n_consumed, end = 0, decode_cursor(self._log.get_end_cursor())
        while decode_cursor(self._store.cursor) < end and (n_new := self._consume_batch()):
            n_consumed += n_new
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
            ShopwindowError: See `consume_pending`; the batches learned so far are kept, and the
                next call continues after them.
        """
        with self._store.begin() as transaction:
            transaction.clear()
        return self.consume_pending(progress)

    def close(self) -> None:
        """Stop the background thread; later events are processed at the next start."""
        self._is_closed = True
        self.wake()
        if self._thread is not None:
            self._thread.join()

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

    def _poll(self) -> None:
        while not self._is_closed:
            self._wake_event.wait(_POLL_INTERVAL_S)
            self._wake_event.clear()
            try:
                while not self._is_closed and self._consume_batch():
                    pass
            except Exception:
                LOG.warning("events could not be processed; trying again", exc_info=True)
