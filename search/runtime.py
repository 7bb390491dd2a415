"""What searches share while a process serves: profiles, the event writer, and the consumer."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from index import ProductIndex
from shopwindow.eventlog import EventLog, EventWriter
from shopwindow.personalization import Personalizer
from shopwindow.ranking import read_weights
from shopwindow.values.errors import EventLogError, IndexStoreError, OnlineStoreError
from shopwindow.values.setting_groups import SearchSettings

LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RuntimeHealth:
    """What works at one moment.

    Attributes:
        is_index_reachable: Whether the index answers.
        is_log_writable: Whether events can be written; None without a log.
        n_events_pending: Accepted events that are not in the log yet.
        n_events_lag: Events of the log that are not in profiles and statistics yet; None when that
            cannot be read.
        lag_s: How long ago the oldest of them happened; 0 when there is none, None when that
            cannot be read.
        is_consuming: Whether this process learns from the log; of all processes of a log one does.
    """

    is_index_reachable: bool
    is_log_writable: bool | None
    n_events_pending: int
    n_events_lag: int | None
    lag_s: float | None
    is_consuming: bool


class Runtime:
    """Owns the threads and stores of one or more search services, in a `with` block or by hand.

    Args:
        index: The open index; it stays open.
        settings: Those of the services that give none of their own; also says how profiles are
            learned, by its file of weights.
        event_log: Impressions are logged to it and profiles learned from it; stop the runtime
            before closing the log.
        clock: Seconds since 1970, against which interactions decay; for simulations.
        consume_events: Whether to learn from the log when no other process does. False for a
            process that only serves, beside `shopwindow profiles consume`.

    Attributes:
        index: The index.
        settings: The settings.
        weights: The ranking weights of the settings.
        event_log: The log; None for a shop without events.
        personalizer: Profiles and statistics, and the consumer that learns them.
        writer: Writes events to the log; None without a log.

    Raises:
        InvalidSettingError: The file of weights cannot be used.
        ProfileEncoderError: The visitors' profiles were built with another encoder.
        OnlineStoreError: The profile store cannot be used.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings | None = None,
        event_log: EventLog | None = None,
        clock: Callable[[], float] = time.time,
        consume_events: bool = True,
    ) -> None:
        self.index = index
        self.settings = settings or SearchSettings()
        self.weights = read_weights(self.settings.weights_file)
        self.event_log = event_log
        self.personalizer = Personalizer(
            index, event_log, self.weights.profile.to_profile_settings(), clock, consume_events
        )
        self.writer: EventWriter | None = None
        if event_log is not None:
            self.writer = EventWriter(event_log, on_written=self.personalizer.wake)

    def start(self) -> None:
        """Start learning from the log; a second call does nothing. Services call it."""
        self.personalizer.start()

    def stop(self) -> None:
        """Write the pending events, stop learning, and end all threads; a second call does nothing.

        Each part ends even if one before it fails. A stopped runtime cannot be started again.

        Raises:
            EventLogError: The events cannot be written, and are lost.
        """
        with ExitStack() as parts:  # the last one ends first
            parts.callback(self.personalizer.close)
            if self.writer is not None:
                parts.callback(self.writer.close)

    def health(self) -> RuntimeHealth:
        """Return what works now; a part that fails is reported, and logged as a warning."""
        stats = None if self.writer is None else self.writer.stats
        lag = _try(self.personalizer.measure_lag)
        return RuntimeHealth(
            is_index_reachable=_try(self.index.count) is not None,
            is_log_writable=None if stats is None else not stats.is_failing and self._can_write(),
            n_events_pending=0 if stats is None else stats.pending,
            n_events_lag=None if lag is None else lag.n_events,
            lag_s=None if lag is None else lag.seconds,
            is_consuming=self.personalizer.is_consuming,
        )

    def __enter__(self) -> Self:
        """Return the started runtime."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def _can_write(self) -> bool:
        if self.event_log is None:
            return False
        try:
            self.event_log.check_writable()
        except EventLogError:
            LOG.warning("the event log cannot be written", exc_info=True)
            return False
        return True


def _try(call: Callable[[], T]) -> T | None:
    """Return the result of a call; None when a store cannot be used."""
    try:
        return call()
    except (EventLogError, IndexStoreError, OnlineStoreError):
        LOG.warning("a part of the runtime does not work", exc_info=True)
        return None
