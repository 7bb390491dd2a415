"""The reader of the event log that keeps the online store up to date."""

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
_LOOK_EVERY_S = 1.0


class EventConsumer(Closeable):
    """Takes each event of a log into the online store, once.

    The cursor of the log is changed in the same transaction as what was learned, so a death at any
    moment loses nothing and counts nothing twice, and several processes may follow one log.

    Args:
        log: The log; whoever opened it closes it, after the follower.
        store: The store.
        catalog: Knows the products.
        settings: How touches become profiles.
        now: Seconds since 1970 by the clock on the wall; for tests.
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
        self._catalogue = catalog
        self._settings = settings
        self._woken = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Follow the log in a thread from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look for new events now."""
        self._woken.set()

    def check_compatibility(self) -> None:
        """Check that what was learned is of this log and this encoder.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
            OnlineStoreError: They were learned from another log, or from what it has no more.
            EventLogError: The log cannot be read.
        """
        self._store.check_encoder()
        learned_from, cursor = self._store.log_id, self._store.cursor
        is_other = learned_from not in {"", self._log.log_id}
        if is_other or decode_cursor(cursor) > decode_cursor(self._log.get_end_cursor()):
            raise OnlineStoreError(
                str(self._store.path),
                "they were learned from another event log, or from events that it lost. Learn "
                "them anew: `shopwindow profiles rebuild`",
            )

    def consume_pending(self, progress: Callable[[int], None] | None = None) -> int:
        """Take all events that are in the log now; what comes meanwhile is left for later.

        Args:
            progress: Called after each batch with the events taken so far.

        Returns:
            How many were new.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be written, or is another log's.
            IndexStoreError: The products cannot be looked up.
        """
        self.check_compatibility()
        n_taken, end = 0, decode_cursor(self._log.get_end_cursor())
        while decode_cursor(self._store.cursor) < end and (n_new := self._step()):
            n_taken += n_new
            if progress is not None:
                progress(n_taken)
        return n_taken

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Forget everything and learn it anew from the log.

        Args:
            progress: See `catch_up`.

        Returns:
            How many events that took.

        Raises:
            ShopwindowError: See `catch_up`; what was learned so far is kept, and goes on.
        """
        with self._store.begin() as change:
            change.clear()
        return self.consume_pending(progress)

    def close(self) -> None:
        """Stop following; what the log has meanwhile is taken at the next start."""
        self._is_closed = True
        self.wake()
        if self._thread is not None:
            self._thread.join()

    def _step(self) -> int:
        if not self._log.read(self._store.cursor, 1)[0]:
            return 0
        with self._store.begin() as change:
            events, cursor = self._log.read(change.cursor, BATCH_SIZE)
            if events:
                EventBatchProcessor(change, self._catalogue, self._settings, self._now()).process(
                    events
                )
                change.set_cursor(cursor, self._log.log_id)
            return len(events)

    def _run(self) -> None:
        while not self._is_closed:
            self._woken.wait(_LOOK_EVERY_S)
            self._woken.clear()
            try:
                while not self._is_closed and self._step():
                    pass
            except Exception:
                LOG.warning("what visitors did could not be learned", exc_info=True)
