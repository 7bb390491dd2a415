"""What a search tells the event log: what was shown where, and what people did with it."""

import logging
from collections.abc import Callable, Mapping, Sequence

from search.cursor import Cursor
from shopwindow.eventlog import EventLog, EventWriter, WriterStats
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds
from shopwindow.values.errors import EventLogError, EventRejectedError, InvalidEventError
from shopwindow.values.event import Event, Surface
from shopwindow.values.response import SearchResponse

RANKER_BY_SURFACE: Mapping[Surface, str] = {"search": "search", "similar": "search"}
"""Names of what puts products in order, by surface; the others are feeds."""

RECOMMENDATION_RANKER = "feed"
INVALID_ID_REASON = "an id cannot be logged"

_log = logging.getLogger(__name__)


class EventRecorder:
    """Logs for one search; without a log it takes nothing. Safe to call from several threads.

    Args:
        log: The log; None for none.
        version: The rankers' version; equal ones order alike.
        on_written: Called in the writer's thread when events have become durable.

    Attributes:
        impressions_enabled: Whether what is shown is logged; set it to False to look at what visitors
            would see.
    """

    def __init__(
        self,
        log: EventLog | None,
        version: str,
        on_written: Callable[[], None] | None = None,
    ) -> None:
        self.impressions_enabled = True
        self._log = log
        self._writer = None if log is None else EventWriter(log, on_written=on_written)
        self._version = version

    @property
    def has_log(self) -> bool:
        """Whether anything is logged."""
        return self._log is not None

    @property
    def stats(self) -> WriterStats:
        """What was taken and written so far."""
        return self._writer.stats if self._writer is not None else WriterStats()

    def log_impressions(
        self, page: SearchResponse, n_before: int | None, surface: Surface, user_id: str = ""
    ) -> SearchResponse:
        """Log the hits of a page as impressions, and return the page.

        An answer does not fail because the log is behind: what is refused is counted and told.

        Args:
            page: What is shown.
            n_before: Hits on the pages before; None when that is not known.
            surface: Where it is shown.
            user_id: To whom; empty when unknown.

        Returns:
            The same page.
        """
        if self._writer is None or not (self.impressions_enabled and page.hits):
            return page
        try:
            self._writer.record(*self._impressions(page, n_before, surface, user_id))
        except EventRejectedError as exc:
            _log.warning("%d impressions are not logged: %s", len(page.hits), exc)
        except InvalidEventError as exc:
            self._writer.count_rejected(len(page.hits), INVALID_ID_REASON)
            _log.warning("%d impressions are not logged: %s", len(page.hits), exc)
        return page

    def record(self, event: Event) -> None:
        """Log what somebody did.

        Raises:
            EventRefusedError: It cannot be taken now.
            EventLogError: The service has no log.
        """
        self._writing().record(event)

    def find_traces(self, user_id: str) -> LinkedIds:
        """Return by what else a visitor's events can be known; see `EventLog.find_linked_ids`.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: They cannot be read, or the service has no log.
        """
        self._writing().flush()
        return self._log.find_linked_ids(user_id) if self._log is not None else NO_LINKED_IDS

    def erase(self, user_id: str) -> int:
        """Remove every event of a visitor, also those that are not written yet.

        Returns:
            How many there were.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: They cannot be removed, or the service has no log.
        """
        self._writing().flush()
        return self._log.erase(user_id) if self._log is not None else 0

    def read_user_events(self, user_id: str) -> list[Event]:
        """Return every event of a visitor in the order of writing, also those that just came.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: They cannot be read, or the service has no log.
        """
        self._writing().flush()
        return self._log.read_user_events(user_id) if self._log is not None else []

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until everything that was taken is in the log; nothing waits without one.

        Raises:
            EventLogError: It took longer; it is tried again.
        """
        if self._writer is not None:
            self._writer.flush(timeout_s)

    def get_end_cursor(self) -> str:
        """Return the log's cursor after the last event written; empty without a log.

        Raises:
            EventLogError: The log cannot be read.
        """
        return "" if self._log is None else self._log.get_end_cursor()

    def close(self) -> None:
        """Write what waits.

        Raises:
            EventLogError: That was not possible, and it is lost.
        """
        if self._writer is not None:
            self._writer.close()

    def _writing(self) -> EventWriter:
        if self._writer is None:
            raise EventLogError(
                "this service logs no events. Make it with `events=EventLog.open(FOLDER)`; for "
                "`shopwindow serve`, set SHOPWINDOW_EVENTS__ENABLED=true."
            )
        return self._writer

    def _impressions(
        self, page: SearchResponse, n_before: int | None, surface: Surface, user_id: str
    ) -> Sequence[Event]:
        return [
            Event(
                "impression",
                hit.product.id,
                user_id=user_id,
                query_id=page.query_id,
                surface=surface,
                position=0 if n_before is None else n_before + place,
                ranker=RANKER_BY_SURFACE.get(surface, RECOMMENDATION_RANKER),
                ranker_version=self._version,
                propensity=hit.propensity,
                features=hit.contributions,
            )
            for place, hit in enumerate(page.hits, 1)
        ]


def count_shown_before(cursor: Cursor) -> int | None:
    """Return how many hits the pages before showed; None when the cursor does not say.

    A browsed catalogue goes on from a point, and its cursor does not count what was before it.
    """
    return None if cursor.after else len(cursor.shown)
