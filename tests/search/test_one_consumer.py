"""Of all services on one log one learns from it, and another goes on when it ends or dies."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import ProductIndex
from search import Runtime, SearchService
from shopwindow.eventlog import EventLog
from shopwindow.personalization.consumer_lock import LOCK_FILE_NAME
from shopwindow.values import Event
from shopwindow.values.errors import OnlineStoreError
from tests.conftest import WHOLE

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAKEOVER_S = 5.0
"""About one second, and what a busy machine needs."""

_SERVING_SCRIPT = """
import sys, time
from pathlib import Path
from embed import FakeEncoder
from index import ProductIndex
from search import Runtime, SearchService
from shopwindow.eventlog import EventLog
from tests.conftest import make_products
import shopwindow.personalization.event_consumer
shopwindow.personalization.event_consumer.BATCH_SIZE = 7
with ProductIndex.open(":memory:", FakeEncoder()) as index, EventLog.open(sys.argv[1]) as log:
    index.add(make_products(Path(sys.argv[1]) / "photos", 2))
    with Runtime(index, event_log=log) as runtime, SearchService(runtime=runtime) as service:
        while not runtime.health().is_consuming:
            time.sleep(0.01)
        print("consuming", flush=True)
        time.sleep(120)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def log(folder: Path) -> Iterator[EventLog]:
    with EventLog.open(folder) as opened:
        yield opened


def make_clicks(first: int, n_events: int, user_id: str = "") -> list[Event]:
    """Return clicks on one product; those of nobody count each time that they are processed."""
    return [
        Event("click", "sku-0", time=NOON, user_id=user_id, event_id=f"e{n}")
        for n in range(first, first + n_events)
    ]


def count_clicks(runtime: Runtime) -> float:
    store = runtime.personalizer.store
    return round(store.get_total_engagement(NOON.timestamp()).engagements, 3)


def wait_until(is_done: Callable[[], bool], timeout_s: float = 20.0) -> float:
    """Return how many seconds it took."""
    started_s = time.monotonic()
    while not is_done():
        assert time.monotonic() - started_s < timeout_s, "it took too long"
        time.sleep(0.005)
    return time.monotonic() - started_s


def get_consuming(runtimes: Sequence[Runtime]) -> list[Runtime]:
    return [runtime for runtime in runtimes if runtime.health().is_consuming]


def test_one_of_two_services_in_a_process_consumes_and_the_other_takes_over(
    shop: ProductIndex, log: EventLog
) -> None:
    runtimes = [Runtime(shop, WHOLE, log) for _ in range(2)]
    services = [SearchService(runtime=runtime) for runtime in runtimes]
    wait_until(lambda: bool(get_consuming(runtimes)))
    (leader,) = get_consuming(runtimes)
    (follower,) = [runtime for runtime in runtimes if runtime is not leader]
    for n, event in enumerate(make_clicks(0, 40)):
        services[n % 2].record(event)
    for service in services:
        service.flush()  # the follower waits for the leader
    assert get_consuming(runtimes) == [leader]
    assert count_clicks(leader) == count_clicks(follower) == 40
    leader.stop()
    assert wait_until(lambda: follower.health().is_consuming) < TAKEOVER_S
    services[runtimes.index(follower)].record(make_clicks(40, 1)[0])
    services[runtimes.index(follower)].flush()
    assert count_clicks(follower) == 41
    follower.stop()


def test_events_of_a_follower_are_learned_within_a_fraction_of_a_second(
    shop: ProductIndex, log: EventLog
) -> None:
    with Runtime(shop, WHOLE, log) as leader:
        wait_until(lambda: leader.health().is_consuming)
        with Runtime(shop, WHOLE, log) as follower:
            service = SearchService(runtime=follower)
            service.record(make_clicks(0, 1, "u0")[0])
            service.flush(timeout_s=3.0)
            assert service.profile("u0").n_interactions == 1
            assert not follower.health().is_consuming


def test_a_service_goes_on_when_the_consuming_process_is_killed(
    shop: ProductIndex, log: EventLog, folder: Path
) -> None:
    n_events = 0
    for _ in range(2):
        with (
            start_serving(folder) as process,
            Runtime(shop, WHOLE, log) as runtime,
            SearchService(runtime=runtime) as service,
        ):
            assert not runtime.health().is_consuming
            service.record(make_clicks(n_events, 1)[0])
            service.flush(timeout_s=20)  # the other process learns it
            n_events += 1
            assert count_clicks(runtime) == n_events
            assert not runtime.health().is_consuming
            cursor = runtime.personalizer.store.cursor
            log.append(make_clicks(n_events, 1000))
            n_events += 1000
            wait_until(lambda cursor=cursor: runtime.personalizer.store.cursor != cursor)  # type: ignore[misc]
            process.kill()  # in the middle of them
            process.wait()
            assert wait_until(lambda: runtime.health().is_consuming) < TAKEOVER_S
            service.flush()
            assert count_clicks(runtime) == n_events


def test_serving_goes_on_while_the_consumer_hangs(
    shop: ProductIndex, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopwindow.personalization.consumer_progress.STALL_TIMEOUT_S", 0.3)
    with Runtime(shop, WHOLE, log) as leader:
        wait_until(lambda: leader.health().is_consuming)
        with Runtime(shop, WHOLE, log) as follower, SearchService(runtime=follower) as service:
            with leader.personalizer.store.begin():  # the leader cannot write
                service.record(make_clicks(0, 1)[0])
                started_s = time.monotonic()
                assert service.recommend("u0").hits
                assert time.monotonic() - started_s < 3
                with pytest.raises(OnlineStoreError, match="nobody processed an event"):
                    service.flush()
            service.flush(timeout_s=20)
            assert count_clicks(follower) == 1


def test_a_follower_does_not_wait_for_events_that_were_erased(
    shop: ProductIndex, log: EventLog
) -> None:
    with Runtime(shop, WHOLE, log) as leader, Runtime(shop, WHOLE, log, consume_events=False) as it:
        wait_until(lambda: leader.health().is_consuming)
        with leader.personalizer.store.begin():  # until they are gone
            log.append(make_clicks(0, 3, "gone"))
            log.erase("gone")
        started_s = time.monotonic()
        SearchService(runtime=it).flush(timeout_s=20)
        assert time.monotonic() - started_s < 10
        assert it.health().n_events_lag == 0


def test_a_rebuild_is_refused_while_another_one_learns(shop: ProductIndex, log: EventLog) -> None:
    log.append(make_clicks(0, 5))
    with Runtime(shop, WHOLE, log) as leader, Runtime(shop, WHOLE, log) as follower:
        wait_until(lambda: bool(get_consuming([leader, follower])))
        (holder,) = get_consuming([leader, follower])
        other = follower if holder is leader else leader
        holder.personalizer.consume_pending()
        assert other.personalizer.event_consumer is not None
        with pytest.raises(OnlineStoreError, match=f"process {os.getpid()} is learning"):
            other.personalizer.event_consumer.rebuild()
        assert count_clicks(other) == 5
        assert holder.personalizer.event_consumer is not None
        holder.personalizer.event_consumer.rebuild()
        assert count_clicks(other) == 5


def test_an_unusable_lock_is_logged_and_tried_again(
    shop: ProductIndex, log: EventLog, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / LOCK_FILE_NAME).mkdir(parents=True)
    with Runtime(shop, WHOLE, log) as runtime:
        wait_until(lambda: "its lock failed" in caplog.text)
        assert not runtime.health().is_consuming
        (folder / LOCK_FILE_NAME).rmdir()
        wait_until(lambda: runtime.health().is_consuming)


@contextmanager
def start_serving(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that serves and consumes a log, and wait until it consumes."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVING_SCRIPT, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"consuming\n"
            yield process
        finally:
            process.kill()
