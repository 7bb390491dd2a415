"""`SearchService.flush` waits until recorded events are learned, entirely or up to a timeout."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Event
from shopwindow.values.errors import EventLogError
from tests.conftest import WHOLE

LIKE = Event("like", "sku-1", user_id="u")


@pytest.fixture
def service(shop: ProductIndex, tmp_path: Path) -> Iterator[SearchService]:
    with EventLog.open(tmp_path / "events") as log:
        service = SearchService(shop, WHOLE, event_log=log)
        yield service
        service.close()


def test_flush_returns_once_all_events_are_consumed(service: SearchService) -> None:
    service.record(LIKE)
    started = time.monotonic()
    service.flush(timeout_s=60.0)
    assert time.monotonic() - started < 30
    assert service.profile("u").n_interactions == 1


def test_flush_times_out_while_the_consumer_continues(service: SearchService) -> None:
    with service.personalization.store.begin():  # blocks the event consumer
        service.record(LIKE)
        started = time.monotonic()
        service.flush(timeout_s=0.2)
        assert 0.2 <= time.monotonic() - started < 10
        assert service.history("u") == [LIKE]
        assert service.profile("u").n_interactions == 0
    service.flush(timeout_s=60.0)
    assert service.profile("u").n_interactions == 1


def test_flush_reports_a_failing_log_within_its_timeout(
    service: SearchService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> object:
        raise EventLogError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(EventLog, "append", lambda _, events: refuse(events))
        service.record(LIKE)
        with pytest.raises(EventLogError, match=r"not written after 0\.2 s: the disk is full"):
            service.flush(timeout_s=0.2)
    service.flush()
    assert service.profile("u").n_interactions == 1


def test_flush_returns_at_once_without_a_log(shop: ProductIndex) -> None:
    service = SearchService(shop, WHOLE)
    started = time.monotonic()
    service.flush(timeout_s=60.0)
    assert time.monotonic() - started < 30
    service.close()
