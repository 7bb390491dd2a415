"""The writer: takes at once, writes soon, refuses loudly, loses nothing."""

import time
from collections.abc import Iterable
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest

from shopwindow.eventlog import AppendResult, EventLog, EventWriter
from shopwindow.eventlog.event_writer import CLOSED, QUEUE_FULL, BatchPolicy
from shopwindow.values import Event
from shopwindow.values.errors import EventLogError, EventRejectedError
from tests.eventlog.conftest import everything, made

QUICK = BatchPolicy(
    max_pending=10, batch_size=4, linger_s=0.01, retry_backoff_s=0.01, max_retry_backoff_s=0.02
)


class StuckLog(EventLog):
    """Refuses every batch until it is let go."""

    def __init__(self, folder: Path) -> None:
        opened = EventLog.open(folder)
        super().__init__(opened._segments, 1 << 20, opened.log_id)
        self.let_go = Signal()
        self.batches: list[int] = []

    def append(self, events: Iterable[Event]) -> AppendResult:
        if not self.let_go.is_set():
            raise EventLogError("disk is full")
        batch = list(events)
        self.batches.append(len(batch))
        return super().append(batch)


@pytest.fixture
def stuck(folder: Path) -> StuckLog:
    return StuckLog(folder)


def test_what_is_recorded_is_soon_in_the_log_in_order(log: EventLog) -> None:
    events = made(25)
    with EventWriter(log, QUICK) as writer:
        for start in range(0, 25, 5):
            writer.record(*events[start : start + 5])
            writer.flush()
            assert log.count() == start + 5
        stats = writer.stats
    assert everything(log) == events
    assert (stats.accepted, stats.written, stats.duplicates, stats.pending) == (25, 25, 0, 0)
    assert (stats.failures, stats.rejected, stats.last_error) == (0, {}, "")


def test_it_is_written_without_a_flush_too(log: EventLog) -> None:
    writer = EventWriter(log, QUICK)
    writer.record(*made(1))
    until = time.monotonic() + 10
    while not log.count() and time.monotonic() < until:
        time.sleep(0.005)
    assert log.count() == 1
    writer.close()


def test_what_does_not_fit_is_refused_whole_and_counted(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*made(8))
    with pytest.raises(EventRejectedError, match=r"the queue is full. 8 events wait") as caught:
        writer.record(*made(3, 8))
    assert caught.value.reason == QUEUE_FULL
    writer.record(*made(2, 11))
    assert writer.stats.rejected == {QUEUE_FULL: 3}
    stuck.let_go.set()
    writer.close()
    found = [each.event_id for each in everything(stuck)]
    assert found == [*(f"e{n}" for n in range(8)), "e11", "e12"]
    assert stuck.batches == [4, 4, 2]
    stuck.close()


def test_failures_of_the_log_are_retried_counted_and_told(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*made(3))
    with pytest.raises(EventLogError, match=r"3 events are not written after 0.2 s: disk is full"):
        writer.flush(0.2)
    assert writer.stats.failures >= 2
    assert (writer.stats.pending, writer.stats.last_error) == (3, "disk is full")
    stuck.let_go.set()
    writer.flush()
    assert (writer.stats.written, writer.stats.pending) == (3, 0)
    writer.close()
    stuck.close()


def test_closing_says_what_is_lost(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*made(2))
    with pytest.raises(EventLogError, match="2 events are not written"):
        writer.close(0.1)
    with pytest.raises(EventRejectedError, match=CLOSED):
        writer.record(*made(1, 2))
    assert writer.stats.rejected == {CLOSED: 1}
    writer.close()  # again does nothing
    stuck.close()


def test_repeated_events_are_counted(log: EventLog) -> None:
    with EventWriter(log, QUICK) as writer:
        writer.record(*made(3))
        writer.record(*made(4))
    assert (writer.stats.written, writer.stats.duplicates) == (4, 3)


def test_threads_lose_nothing(log: EventLog) -> None:
    with EventWriter(log) as writer:

        def record(first: int) -> None:
            for each in made(200, first):
                writer.record(each)

        threads = [Thread(target=record, args=(1000 * n,)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert log.count() == writer.stats.written == 800
