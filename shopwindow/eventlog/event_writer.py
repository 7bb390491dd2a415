"""Asynchronous writing: events are queued at once and written to the log by a thread."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Condition, Thread

from shopwindow.eventlog.event_streams import EventSink
from shopwindow.values import Closeable, Event, ForkGuard
from shopwindow.values.errors import EventLogError, EventRejectedError

QUEUE_FULL = "the queue is full"
CLOSED = "the writer is closed"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """How a writer batches and retries.

    Attributes:
        max_pending: Maximum number of queued events; more are rejected.
        batch_size: Maximum number of events per batch.
        linger_s: How long a batch waits for more events.
        retry_backoff_s: Pause after a failed write; doubled with each further failure.
        max_retry_backoff_s: The longest pause.
    """

    max_pending: int = 100_000
    batch_size: int = 1000
    linger_s: float = 0.05
    retry_backoff_s: float = 0.1
    max_retry_backoff_s: float = 5.0


@dataclass(frozen=True, slots=True)
class WriterStats:
    """Counts of a writer since it was opened.

    Attributes:
        accepted: Events taken into the queue.
        rejected: Number of rejected events, by reason.
        written: Accepted events that are new in the log.
        duplicates: Accepted events whose id was in the log before.
        pending: Accepted events that are not written yet.
        failures: How often writing a batch failed; it is retried.
        last_error: Message of the last failure; empty without one.
        is_failing: Whether the latest attempt to write failed.
    """

    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    written: int = 0
    duplicates: int = 0
    pending: int = 0
    failures: int = 0
    last_error: str = ""
    is_failing: bool = False


class EventWriter(Closeable):
    """Writes events to a log in batches, off the request path. Thread-safe.

    An accepted event is written at least once, and is in the log once, as the log deduplicates
    ids. It is durable when `flush` returns; a process that is killed loses its pending events.

    Args:
        log: The log; it is the caller's to close, after the writer.
        policy: How to batch and retry.
        on_written: Called in the writer's thread after each batch; it must not raise.
    """

    def __init__(
        self,
        log: EventSink,
        policy: BatchPolicy | None = None,
        on_written: Callable[[], None] | None = None,
    ) -> None:
        self._log = log
        self._on_written = on_written
        self._policy = policy or BatchPolicy()
        self._pending: deque[Event] = deque()
        self._changed = Condition()
        self._process = ForkGuard("this EventWriter")
        self._counts: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._last_error = ""
        self._is_failing = False
        self._n_flushing = 0
        self._is_closed = False
        self._is_aborted = False
        self._thread = Thread(target=self._run, name="event-writer", daemon=True)
        self._thread.start()

    @property
    def stats(self) -> WriterStats:
        """The counts so far."""
        with self._changed:
            counts = {name: self._counts[name] for name in ("accepted", "written", "duplicates")}
            return WriterStats(
                **counts,
                rejected=dict(self._rejected),
                pending=len(self._pending),
                failures=self._counts["failures"],
                last_error=self._last_error,
                is_failing=self._is_failing,
            )

    def record(self, *events: Event) -> None:
        """Queue events to be written soon: all of them, or none.

        Raises:
            EventRejectedError: The queue has no room for them, or the writer is closed.
            ForkedError: The writer was opened in another process, which has its thread.
        """
        self._process.check()
        with self._changed:
            if self._is_closed:
                self._reject(len(events), CLOSED, "Open the service, or the writer, again.")
            if len(self._pending) + len(events) > self._policy.max_pending:
                self._reject(len(events), QUEUE_FULL, self._build_advice())
            self._pending.extend(events)
            self._counts["accepted"] += len(events)
            self._changed.notify_all()

    def count_rejected(self, n_events: int, reason: str) -> None:
        """Count events that were rejected before they reached the writer."""
        with self._changed:
            self._rejected[reason] += n_events

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until every event accepted so far is durable.

        Raises:
            EventLogError: It took longer; the events stay queued and are retried.
            ForkedError: See `record`.
        """
        self._process.check()
        with self._changed:
            target = self._counts["accepted"]
            self._n_flushing += 1
            self._changed.notify_all()
            try:
                is_done = self._changed.wait_for(lambda: self._count_written() >= target, timeout_s)
            finally:
                self._n_flushing -= 1
            n_left = target - self._count_written()
        if not is_done:
            reason = self._last_error or "the log reported no error"
            raise EventLogError(f"{n_left} events are not written after {timeout_s:g} s: {reason}")

    def close(self, timeout_s: float = 30.0) -> None:
        """Write the pending events and end; later events are rejected. Closing again does nothing.

        Raises:
            EventLogError: Pending events could not be written in time, and are lost.
        """
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if not self._thread.is_alive():
            return
        try:
            self.flush(timeout_s)
        finally:
            with self._changed:
                self._is_aborted = True
                self._changed.notify_all()
            self._thread.join(timeout_s)

    def _reject(self, n_events: int, reason: str, advice: str) -> None:
        self._rejected[reason] += n_events
        raise EventRejectedError(reason, advice)

    def _build_advice(self) -> str:
        error = f"; the last error of the log: {self._last_error}" if self._last_error else ""
        return f"{len(self._pending)} events wait to be written{error}. Try again later."

    def _count_written(self) -> int:
        return self._counts["written"] + self._counts["duplicates"]

    def _run(self) -> None:
        backoff_s = self._policy.retry_backoff_s
        while batch := self._wait_for_batch():
            try:
                result = self._log.append(batch)
            except Exception as exc:  # noqa: BLE001 -- whatever it is, the batch stays queued and is reported
                self._handle_failure(exc, backoff_s)
                backoff_s = min(2 * backoff_s, self._policy.max_retry_backoff_s)
                continue
            backoff_s = self._policy.retry_backoff_s
            with self._changed:
                self._is_failing = False
                for _ in batch:
                    self._pending.popleft()
                self._counts.update(written=result.written, duplicates=result.duplicates)
                self._changed.notify_all()
            if self._on_written is not None:
                self._on_written()

    def _wait_for_batch(self) -> Sequence[Event]:
        """Wait for the next batch, whose events stay in the queue until they are written.

        Returns:
            The oldest pending events, in order; empty when the writer ends.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._is_closed)
            self._changed.wait_for(self._is_batch_ready, self._policy.linger_s)
            if self._is_aborted:
                return ()
            size = min(len(self._pending), self._policy.batch_size)
            return list(islice(self._pending, size))

    def _is_batch_ready(self) -> bool:
        is_full = len(self._pending) >= self._policy.batch_size
        return is_full or self._is_closed or self._n_flushing > 0

    def _handle_failure(self, error: Exception, backoff_s: float) -> None:
        with self._changed:
            self._counts["failures"] += 1
            self._is_failing = True
            self._last_error = str(error)
            _log.warning("events stay queued, writing to the log failed: %s", error)
            self._changed.wait_for(lambda: self._is_aborted, backoff_s)
