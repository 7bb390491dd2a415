"""Events on their way to the log: taken at once, written by a thread beside the requests."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Condition, Thread

from shopwindow.eventlog.event_log import EventLog
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import EventLogError, EventRejectedError
from shopwindow.values.event import Event
from shopwindow.values.fork_guard import ForkGuard

QUEUE_FULL = "the queue is full"
CLOSED = "the writer is closed"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """How a writer gathers and retries.

    Attributes:
        max_pending: Events that may wait; more are refused.
        batch_size: Events written at once, at most.
        linger_s: How long the first event of a batch waits for others.
        retry_backoff_s: Pause after a failure of the log; doubled with each further one.
        max_retry_backoff_s: The longest pause.
    """

    max_pending: int = 100_000
    batch_size: int = 1000
    linger_s: float = 0.05
    retry_backoff_s: float = 0.1
    max_retry_backoff_s: float = 5.0


@dataclass(frozen=True, slots=True)
class WriterStats:
    """What a writer did so far.

    Attributes:
        accepted: Events taken into the queue.
        rejected: Events not taken, by reason.
        written: Accepted events that are new in the log.
        duplicates: Accepted events whose id was in the log before.
        pending: Accepted events that are not in the log yet.
        failures: How often the log refused a batch, which was then tried again.
        last_error: What it said; empty when it never did.
    """

    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    written: int = 0
    duplicates: int = 0
    pending: int = 0
    failures: int = 0
    last_error: str = ""


class EventWriter(Closeable):
    """Writes events to a log in batches, off the request path. Safe to use from several threads.

    An accepted event is written at least once, and is in the log once, as its id is known there.
    It is durable when `flush` returns; a process that is killed loses what still waits.

    Args:
        log: The log; whoever opened it closes it, after the writer.
        policy: How it gathers and retries.
        on_written: Called in the writer's thread after each batch; it must not raise.
    """

    def __init__(
        self,
        log: EventLog,
        policy: BatchPolicy | None = None,
        on_written: Callable[[], None] | None = None,
    ) -> None:
        self._log = log
        self._on_written = on_written
        self._pace = policy or BatchPolicy()
        self._waiting: deque[Event] = deque()
        self._changed = Condition()
        self._process = ForkGuard("this EventWriter")
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._last_failure = ""
        self._n_flushing = 0
        self._is_closed = False
        self._gives_up = False
        self._thread = Thread(target=self._run, name="event-writer", daemon=True)
        self._thread.start()

    @property
    def stats(self) -> WriterStats:
        """What it did so far."""
        with self._changed:
            counts = {name: self._counts[name] for name in ("accepted", "written", "duplicates")}
            return WriterStats(
                **counts,
                rejected=dict(self._refused),
                pending=len(self._waiting),
                failures=self._counts["failures"],
                last_error=self._last_failure,
            )

    def record(self, *events: Event) -> None:
        """Take events to be written soon: all of them, or none.

        Raises:
            EventRefusedError: They do not fit the queue, or the writer is closed.
            ForkedError: Another process opened it, whose thread does the writing.
        """
        self._process.check()
        with self._changed:
            if self._is_closed:
                self._refuse(len(events), CLOSED, "Open the service, or the writer, again.")
            if len(self._waiting) + len(events) > self._pace.max_pending:
                self._refuse(len(events), QUEUE_FULL, self._why_full())
            self._waiting.extend(events)
            self._counts["accepted"] += len(events)
            self._changed.notify_all()

    def count_rejected(self, n_events: int, reason: str) -> None:
        """Count events that could not even be handed over."""
        with self._changed:
            self._refused[reason] += n_events

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until everything that was accepted before is durable.

        Raises:
            EventLogError: It took longer; the events still wait, and are tried again.
            ForkedError: See `record`.
        """
        self._process.check()
        with self._changed:
            goal = self._counts["accepted"]
            self._n_flushing += 1
            self._changed.notify_all()
            try:
                done = self._changed.wait_for(lambda: self._n_done() >= goal, timeout_s)
            finally:
                self._n_flushing -= 1
            n_left = goal - self._n_done()
        if not done:
            said = self._last_failure or "the log said nothing"
            raise EventLogError(f"{n_left} events are not written after {timeout_s:g} s: {said}")

    def close(self, timeout_s: float = 30.0) -> None:
        """Take no more events, write those that wait, and end. Closing again does nothing.

        Raises:
            EventLogError: They could not be written in time, and are lost.
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
                self._gives_up = True
                self._changed.notify_all()
            self._thread.join(timeout_s)

    def _refuse(self, n_events: int, reason: str, advice: str) -> None:
        self._refused[reason] += n_events
        raise EventRejectedError(reason, advice)

    def _why_full(self) -> str:
        said = f"; the log said: {self._last_failure}" if self._last_failure else ""
        return f"{len(self._waiting)} events wait to be written{said}. Try again in a while."

    def _n_done(self) -> int:
        return self._counts["written"] + self._counts["duplicates"]

    def _run(self) -> None:
        pause_s = self._pace.retry_backoff_s
        while batch := self._next_batch():
            try:
                appended = self._log.append(batch)
            except Exception as exc:  # noqa: BLE001 -- whatever it is, the batch stays and is seen
                self._failed(exc, pause_s)
                pause_s = min(2 * pause_s, self._pace.max_retry_backoff_s)
                continue
            pause_s = self._pace.retry_backoff_s
            with self._changed:
                for _ in batch:
                    self._waiting.popleft()
                self._counts.update(written=appended.written, repeated=appended.duplicates)
                self._changed.notify_all()
            if self._on_written is not None:
                self._on_written()

    def _next_batch(self) -> Sequence[Event]:
        """Wait for events; none means the end. They stay in the queue until they are written.

        Returns:
            The oldest that wait.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            self._changed.wait_for(self._is_gathered, self._pace.linger_s)
            if self._gives_up:
                return ()
            size = min(len(self._waiting), self._pace.batch_size)
            return list(islice(self._waiting, size))

    def _is_gathered(self) -> bool:
        is_full = len(self._waiting) >= self._pace.batch_size
        return is_full or self._is_closed or self._n_flushing > 0

    def _failed(self, error: Exception, pause_s: float) -> None:
        with self._changed:
            self._counts["failures"] += 1
            self._last_failure = str(error)
            _log.warning("events wait, as the log failed: %s", error)
            self._changed.wait_for(lambda: self._gives_up, pause_s)
