"""A runtime ends whatever it began, is shared by services, and says what works."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.store.points import Point
from search import Runtime, RuntimeHealth, SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Query
from shopwindow.values.errors import (
    EventLogError,
    InvalidSettingError,
    OnlineStoreError,
    ProfileEncoderError,
)
from tests.conftest import WHOLE, make_products

Page: TypeAlias = tuple[list[Point], str]
LIKE = Event("like", "sku-1", user_id="u")


def count_threads() -> Counter[str]:
    """Return how many threads are alive, by name without their number."""
    return Counter(thread.name.rstrip("0123456789_") for thread in threading.enumerate())


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as opened:
        yield opened


def wait_until_consuming(runtime: Runtime, timeout_s: float = 10.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not runtime.health().is_consuming:
        assert time.monotonic() < deadline_s, "it does not consume"
        time.sleep(0.01)


def test_no_thread_is_left_after_search_recommendations_and_warm_up(
    encoder: FakeEncoder, log: EventLog, tmp_path: Path
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        products = make_products(tmp_path / "photos")
        index.add(products[:20])
        before = count_threads()
        with SearchService(index, WHOLE, event_log=log) as service:
            service.warm_up()
            service.record(LIKE)
            service.flush()
            service.search(Query(text="red dress", user_id="u"))
            service.recommend("u")
            index.add(products[20:])
            service.search(Query(text="red dress"))  # refreshes the catalogue's snapshot
            started = count_threads() - before
            assert {"event-writer", "event-consumer", "snapshots"} <= set(started)
            assert "neighbors" in started, "the products' neighbours are queried in the background"
        assert count_threads() - before == Counter()


def test_a_warm_up_in_a_thread_ends_with_its_service(
    shop: ProductIndex, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    def browse_forever(*arguments: object) -> Page:
        reads.append(str(arguments))
        time.sleep(0.01)
        return [], "more"

    monkeypatch.setattr(ProductIndex, "browse", browse_forever)
    with SearchService(shop, WHOLE, event_log=log) as service:
        thread = threading.Thread(target=service.warm_up, daemon=True)
        thread.start()
        deadline_s = time.monotonic() + 20
        while len(reads) < 3:
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
    thread.join(5)
    assert not thread.is_alive()


def test_no_thread_is_left_without_a_log(shop: ProductIndex) -> None:
    before = count_threads()
    with SearchService(shop, WHOLE) as service:
        service.warm_up()
        service.search(Query(text="red dress"))
        assert count_threads() - before == Counter(), "a search needs its caller's thread alone"
        service.recommend()
    assert count_threads() - before == Counter()


def test_no_thread_is_left_when_a_runtime_cannot_be_made(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    with SearchService(shop, WHOLE, event_log=log) as service:
        service.record(LIKE)
        service.flush()
    with ProductIndex.open(":memory:", FakeEncoder(seed=3)) as other:
        other.add(make_products(tmp_path / "photos", 2))
        before = count_threads()
        with pytest.raises(ProfileEncoderError, match="shopwindow profiles rebuild"):
            SearchService(other, WHOLE, event_log=log)
        assert count_threads() == before


def test_a_borrowed_runtime_goes_on_after_its_service(shop: ProductIndex, log: EventLog) -> None:
    with Runtime(shop, WHOLE, log) as runtime:
        with SearchService(runtime=runtime) as first, SearchService(runtime=runtime) as second:
            assert first.index is second.index is shop
            first.record(LIKE)
        second.flush()
        assert second.profile("u").n_interactions == 1
        before = count_threads()
        with SearchService(shop, runtime=runtime) as third:
            third.record(Event("like", "sku-2", user_id="u"))
            third.flush()
            assert (count_threads() - before)["event-writer"] == 0
            assert third.profile("u").n_interactions == 2


def test_a_service_with_its_own_settings_logs_its_own_version(
    shop: ProductIndex, log: EventLog
) -> None:
    other = WHOLE.model_copy(update={"weight_text": 0.25})
    with Runtime(shop, WHOLE, log) as runtime:
        for settings in (None, WHOLE, other):
            SearchService(None, settings, runtime=runtime).search(Query(text="red", limit=1))
    versions = [event.ranker_version for event in log.read()[0]]
    assert versions[0] == versions[1] != versions[2]


def test_an_index_or_a_runtime_is_needed_and_they_must_agree(
    shop: ProductIndex, encoder: FakeEncoder, log: EventLog
) -> None:
    with pytest.raises(InvalidSettingError, match="an index, or a runtime that has one"):
        SearchService()
    with Runtime(shop) as runtime, ProductIndex.open(":memory:", encoder) as other:
        with pytest.raises(InvalidSettingError, match="the runtime's own"):
            SearchService(other, runtime=runtime)
        with pytest.raises(InvalidSettingError, match="no log beside a runtime"):
            SearchService(shop, event_log=log, runtime=runtime)


def test_every_part_ends_although_one_fails(
    shop: ProductIndex, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count_threads()
    runtime = Runtime(shop, WHOLE, log)
    service = SearchService(runtime=runtime)
    service.search(Query(text="mug", limit=2))
    close_store = runtime.personalizer.store.close

    def fail() -> None:
        close_store()
        raise OnlineStoreError("people.sqlite", "the disk is gone")

    monkeypatch.setattr(runtime.personalizer.store, "close", fail)
    with pytest.raises(OnlineStoreError, match="the disk is gone"):
        runtime.stop()
    monkeypatch.undo()
    service.close()
    assert count_threads() - before == Counter()
    assert log.count() == 2
    runtime.stop()


def test_a_search_is_answered_while_its_service_closes(shop: ProductIndex) -> None:
    service = SearchService(shop, WHOLE)
    expected = [hit.product.id for hit in service.search(Query(text="red dress")).hits]
    service.close()
    service.close()
    assert [hit.product.id for hit in service.search(Query(text="red dress")).hits] == expected


def test_health_of_a_shop_without_events(shop: ProductIndex) -> None:
    with Runtime(shop) as runtime:
        assert runtime.health() == RuntimeHealth(
            is_index_reachable=True,
            is_log_writable=None,
            n_events_pending=0,
            n_events_lag=0,
            lag_s=0.0,
            is_consuming=False,
        )


def test_health_counts_what_is_not_consumed(shop: ProductIndex, log: EventLog) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    times = [now - timedelta(seconds=age_s) for age_s in (90, 30)]
    log.append([Event("like", f"sku-{n}", user_id="u", time=times[n]) for n in range(2)])
    clock = now.timestamp
    with Runtime(shop, WHOLE, log, clock, consume_events=False) as runtime:
        health = runtime.health()
        assert (health.n_events_lag, health.lag_s) == (2, 90.0)
        assert not health.is_consuming
        assert health.is_log_writable
        with Runtime(shop, WHOLE, log, clock) as other:
            wait_until_consuming(other)
            SearchService(runtime=other).flush()
        health = runtime.health()
        assert (health.n_events_lag, health.lag_s) == (0, 0.0)


def test_health_reports_a_log_that_cannot_be_written(
    shop: ProductIndex, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise EventLogError("the disk is full")

    with Runtime(shop, WHOLE, log) as runtime:
        service = SearchService(runtime=runtime)
        with monkeypatch.context() as patched:
            patched.setattr(EventLog, "append", refuse)
            service.record(LIKE)
            with pytest.raises(EventLogError, match="the disk is full"):
                service.flush(0.2)
            health = runtime.health()
            assert health.is_log_writable is False
            assert health.n_events_pending == 1
        service.flush()
        assert runtime.health().is_log_writable
        monkeypatch.setattr(EventLog, "check_writable", refuse)
        assert runtime.health().is_log_writable is False


def test_health_reports_stores_that_were_closed(
    encoder: FakeEncoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = ProductIndex.open(tmp_path / "index", encoder)
    index.add(make_products(tmp_path / "photos", 2))
    log = EventLog.open(tmp_path / "events")
    runtime = Runtime(index, WHOLE, log)
    index.close()
    log.close()
    health = runtime.health()
    assert not health.is_index_reachable
    assert health.is_log_writable is False
    assert health.n_events_lag is None
    assert health.lag_s is None
    assert "is closed" in caplog.text
    runtime.stop()


def test_a_service_that_does_not_consume_says_so_when_nobody_does(
    shop: ProductIndex, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopwindow.personalization.consumer_progress.STALL_TIMEOUT_S", 0.2)
    with (
        Runtime(shop, WHOLE, log, consume_events=False) as runtime,
        SearchService(runtime=runtime) as service,
    ):
        service.record(LIKE)
        service.flush(timeout_s=0.1)
        assert service.profile("u").n_interactions == 0
        with pytest.raises(OnlineStoreError, match="shopwindow profiles consume"):
            service.flush()
        with SearchService(shop, WHOLE, event_log=log) as consuming:
            service.flush(timeout_s=30)
            assert service.profile("u").n_interactions == 1
            consuming.flush()
