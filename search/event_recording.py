"""Records a search service's events: impressions of the hits shown, and visitor interactions."""

import logging
from collections.abc import Mapping, Sequence

from search.cursor import Cursor
from shopwindow.eventlog import NO_LINKED_IDS, EventLog, EventWriter, LinkedIds, WriterStats
from shopwindow.values import Event, SearchResponse, Surface
from shopwindow.values.errors import EventLogError, EventRejectedError, InvalidEventError

RANKER_BY_SURFACE: Mapping[Surface, str] = {"search": "search", "similar": "search"}
"""Name of the ranker that is logged, by surface; all other surfaces are recommendations."""

RECOMMENDATION_RANKER = "feed"
INVALID_ID_REASON = "an id cannot be logged"

_log = logging.getLogger(__name__)


class EventRecorder:
    """Writes the events of one search service to its log, if it has one.

    Safe to call from several threads.

    Args:
        log: The log; None to record nothing.
        version: The rankers' version, logged with each impression; equal versions rank alike.
        writer: Writes to this log; several recorders may share it, and none closes it.

    Attributes:
        impressions_enabled: Whether impressions are logged; set it to False to preview what
            visitors would see.
    """

    def __init__(
        self,
        log: EventLog | None,
        version: str,
        writer: EventWriter | None = None,
    ) -> None:
        self.impressions_enabled = True
        self._log = log
        self._writer = writer
        self._version = version

    @property
    def has_log(self) -> bool:
        """Whether there is an event log."""
        return self._log is not None

    @property
    def stats(self) -> WriterStats:
        """Counts of the events accepted and written so far."""
        return self._writer.stats if self._writer is not None else WriterStats()

    def log_impressions(
        self, response: SearchResponse, n_before: int | None, surface: Surface, user_id: str = ""
    ) -> SearchResponse:
        """Log the hits of a response as impressions, and return the response.

        A search does not fail because the log is behind: rejected impressions are counted and
        logged as a warning.

        Args:
            response: The page of hits that is shown.
            n_before: Hits on the earlier pages; None when that is not known.
            surface: Where it is shown.
            user_id: The visitor; empty when unknown.

        Returns:
            The same response.
        """
        if self._writer is None or not (self.impressions_enabled and response.hits):
            return response
        try:
            self._writer.record(*self._build_impressions(response, n_before, surface, user_id))
        except EventRejectedError as exc:
            _log.warning("%d impressions are not logged: %s", len(response.hits), exc)
        except InvalidEventError as exc:
            self._writer.count_rejected(len(response.hits), INVALID_ID_REASON)
            _log.warning("%d impressions are not logged: %s", len(response.hits), exc)
        return response

    def record(self, event: Event) -> None:
        """Log a visitor's interaction.

        Raises:
            EventRejectedError: The writer cannot accept it now.
            EventLogError: The service has no log.
        """
        self._require_writer().record(event)

    def find_traces(self, user_id: str) -> LinkedIds:
        """Return the other ids that link events to a visitor; see `EventLog.find_linked_ids`.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The events cannot be read, or the service has no log.
        """
        self._require_writer().flush()
        return self._log.find_linked_ids(user_id) if self._log is not None else NO_LINKED_IDS

    def erase(self, user_id: str) -> int:
        """Remove every event of a visitor, including those not written yet.

        Returns:
            The number of events removed.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The events cannot be removed, or the service has no log.
        """
        self._require_writer().flush()
        return self._log.erase(user_id) if self._log is not None else 0

    def read_user_events(self, user_id: str) -> list[Event]:
        """Return every event of a visitor in the order of writing, including the latest ones.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The events cannot be read, or the service has no log.
        """
        self._require_writer().flush()
        return self._log.read_user_events(user_id) if self._log is not None else []

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until all accepted events are in the log; returns at once without a log.

        Args:
            timeout_s: Seconds to wait at most.

        Raises:
            EventLogError: It took longer; the writer keeps trying.
        """
        if self._writer is not None:
            self._writer.flush(timeout_s)

    def _require_writer(self) -> EventWriter:
        if self._writer is None:
            raise EventLogError(
                "this service logs no events. Create it with "
                "`SearchService(index, event_log=EventLog.open(FOLDER))`; for `shopwindow serve`, "
                "set SHOPWINDOW_EVENTS__ENABLED=true."
            )
        return self._writer

    def _build_impressions(
        self, response: SearchResponse, n_before: int | None, surface: Surface, user_id: str
    ) -> Sequence[Event]:
        return [
            Event(
                "impression",
                hit.product.id,
                user_id=user_id,
                query_id=response.query_id,
                surface=surface,
                position=0 if n_before is None else n_before + rank,
                ranker=RANKER_BY_SURFACE.get(surface, RECOMMENDATION_RANKER),
                ranker_version=self._version,
                propensity=hit.propensity,
                features=hit.contributions,
            )
            for rank, hit in enumerate(response.hits, 1)
        ]


def count_shown_before(cursor: Cursor) -> int | None:
    """Return the number of hits on the earlier pages; None when the cursor does not say.

    Browsing continues from a product, and its cursor does not count the products before it.
    """
    return None if cursor.after else len(cursor.shown)
