"""The writer: queues at once, writes soon, rejects loudly, loses nothing."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest

from shopwindow.eventlog import AppendResult, EventLog, EventWriter
from shopwindow.eventlog.event_writer import CLOSED, QUEUE_FULL, BatchPolicy
from shopwindow.values import Event
from shopwindow.values.errors import EventLogError, EventRejectedError
from tests.eventlog.conftest import make_events, read_all_events

QUICK = BatchPolicy(
    max_pending=10, batch_size=4, linger_s=0.01, retry_backoff_s=0.01, max_retry_backoff_s=0.02
)


class StuckLog(EventLog):
    """Rejects every batch until it is released."""

    def __init__(self, folder: Path) -> None:
        log = EventLog.open(folder)
        super().__init__(log._segments, 1 << 20, log.log_id)
        self.is_released = Signal()
        self.batch_sizes: list[int] = []

    def append(self, events: Iterable[Event]) -> AppendResult:
        if not self.is_released.is_set():
            raise EventLogError("disk is full")
        batch = list(events)
        self.batch_sizes.append(len(batch))
        return super().append(batch)


@pytest.fixture
def stuck(folder: Path) -> StuckLog:
    return StuckLog(folder)


def test_recorded_events_are_in_the_log_in_order_after_a_flush(log: EventLog) -> None:
    events = make_events(25)
    with EventWriter(log, QUICK) as writer:
        for start in range(0, 25, 5):
            writer.record(*events[start : start + 5])
            writer.flush()
            assert log.count() == start + 5
        stats = writer.stats
    assert read_all_events(log) == events
    assert (stats.accepted, stats.written, stats.duplicates, stats.pending) == (25, 25, 0, 0)
    assert (stats.failures, stats.rejected, stats.last_error) == (0, {}, "")


def test_events_are_written_without_a_flush_too(log: EventLog) -> None:
    writer = EventWriter(log, QUICK)
    writer.record(*make_events(1))
    deadline = time.monotonic() + 10
    while not log.count() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert log.count() == 1
    writer.close()


def test_events_that_exceed_the_queue_are_rejected_together_and_counted(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*make_events(8))
    with pytest.raises(EventRejectedError, match=r"the queue is full. 8 events wait") as caught:
        writer.record(*make_events(3, 8))
    assert caught.value.reason == QUEUE_FULL
    writer.record(*make_events(2, 11))
    assert writer.stats.rejected == {QUEUE_FULL: 3}
    stuck.is_released.set()
    writer.close()
    event_ids = [event.event_id for event in read_all_events(stuck)]
    assert event_ids == [*(f"e{n}" for n in range(8)), "e11", "e12"]
    assert stuck.batch_sizes == [4, 4, 2]
    stuck.close()


def test_failed_writes_are_retried_counted_and_reported(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*make_events(3))
    with pytest.raises(EventLogError, match=r"3 events are not written after 0.2 s: disk is full"):
        writer.flush(0.2)
    assert writer.stats.failures >= 2
    assert (writer.stats.pending, writer.stats.last_error) == (3, "disk is full")
    assert writer.stats.is_failing
    stuck.is_released.set()
    writer.flush()
    assert (writer.stats.written, writer.stats.pending) == (3, 0)
    assert not writer.stats.is_failing
    writer.close()
    stuck.close()


def test_pauses_double_up_to_a_limit_and_start_anew_after_a_success(
    stuck: StuckLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses_s: list[float] = []
    handle_failure = EventWriter._handle_failure

    def note_pause(writer: EventWriter, error: Exception, backoff_s: float) -> None:
        pauses_s.append(backoff_s)
        handle_failure(writer, error, 0.001)

    monkeypatch.setattr(EventWriter, "_handle_failure", note_pause)
    policy = BatchPolicy(linger_s=0.001, retry_backoff_s=0.1, max_retry_backoff_s=0.5)
    with EventWriter(stuck, policy) as writer:
        writer.record(*make_events(1))
        wait_until(lambda: len(pauses_s) >= 5)
        stuck.is_released.set()
        writer.flush()
        stuck.is_released.clear()
        n_before = len(pauses_s)
        writer.record(*make_events(2)[1:])
        wait_until(lambda: len(pauses_s) > n_before)
        stuck.is_released.set()
        writer.flush()
    assert pauses_s[:5] == [0.1, 0.2, 0.4, 0.5, 0.5]
    assert pauses_s[n_before] == 0.1


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_closing_reports_lost_events(stuck: StuckLog) -> None:
    writer = EventWriter(stuck, QUICK)
    writer.record(*make_events(2))
    with pytest.raises(EventLogError, match="2 events are not written"):
        writer.close(0.1)
    with pytest.raises(EventRejectedError, match=CLOSED):
        writer.record(*make_events(1, 2))
    assert writer.stats.rejected == {CLOSED: 1}
    writer.close()  # again does nothing
    stuck.close()


def test_duplicates_are_counted(log: EventLog) -> None:
    with EventWriter(log, QUICK) as writer:
        writer.record(*make_events(3))
        writer.record(*make_events(4))
    assert (writer.stats.written, writer.stats.duplicates) == (4, 3)


def test_no_event_of_several_threads_is_lost(log: EventLog) -> None:
    with EventWriter(log) as writer:

        def record(first: int) -> None:
            for event in make_events(200, first):
                writer.record(event)

        threads = [Thread(target=record, args=(1000 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert log.count() == writer.stats.written == 800
