"""Waiting until what was recorded is learned: all of it, or for a while."""

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


def test_a_wait_ends_when_everything_is_learned(service: SearchService) -> None:
    service.record(LIKE)
    begun = time.monotonic()
    service.flush(timeout_s=60.0)
    assert time.monotonic() - begun < 30
    assert service.profile("u").n_interactions == 1


def test_a_wait_ends_with_its_time_and_learning_goes_on(service: SearchService) -> None:
    with service.personalization.store.begin():  # keeps the thread that learns from its work
        service.record(LIKE)
        begun = time.monotonic()
        service.flush(timeout_s=0.2)
        assert 0.2 <= time.monotonic() - begun < 10
        assert service.history("u") == [LIKE]
        assert service.profile("u").n_interactions == 0
    service.flush(timeout_s=60.0)
    assert service.profile("u").n_interactions == 1


def test_a_log_that_takes_nothing_is_told_in_time(
    service: SearchService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> object:
        raise EventLogError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(EventLog, "append", lambda _, events: full(events))
        service.record(LIKE)
        with pytest.raises(EventLogError, match=r"not written after 0\.2 s: the disk is full"):
            service.flush(timeout_s=0.2)
    service.flush()
    assert service.profile("u").n_interactions == 1


def test_without_a_log_there_is_nothing_to_wait_for(shop: ProductIndex) -> None:
    service = SearchService(shop, WHOLE)
    begun = time.monotonic()
    service.flush(timeout_s=60.0)
    assert time.monotonic() - begun < 30
    service.close()
