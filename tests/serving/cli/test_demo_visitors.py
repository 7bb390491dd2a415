"""The made-up visitors of the demonstration: recorded once, and only in its own log."""

from pathlib import Path

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli.demo_visitors import (
    DEMO_VISITORS,
    add_demo_visitors,
    delete_profiles,
    with_events,
)
from shopwindow.values.profile_view import DEMO_USER_PREFIX
from shopwindow.values.settings import Settings
from tests.conftest import WHOLE
from tests.serving.cli.conftest import Here, write_feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo-events"


def test_they_are_recorded_once_as_real_events(shop: ProductIndex, folder: Path) -> None:
    with EventLog.open(folder) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        assert add_demo_visitors(service) == len(DEMO_VISITORS) == 3
        n_events = log.count()
        assert add_demo_visitors(service) == 0
        assert log.count() == n_events
        assert set(service.recent_visitors()) == set(DEMO_VISITORS)
        assert all(each.startswith(DEMO_USER_PREFIX) for each in DEMO_VISITORS)
        for user_id, looks in DEMO_VISITORS.items():
            deeds = [each for each in service.history(user_id) if each.kind != "impression"]
            assert [each.kind for each in deeds] == [
                kind for look in looks for kind in look.actions
            ]
            assert all(each.query_id and each.position for each in deeds)
            assert all((each.value is None) == (each.kind != "purchase") for each in deeds)
            assert service.profile(user_id).interests
        service.erase("sample-omar")
        assert add_demo_visitors(service) == 1
        service.close()


def test_profiles_that_were_forgotten_are_learned_anew(shop: ProductIndex, folder: Path) -> None:
    for is_first in (True, False):
        with EventLog.open(folder) as log:
            service = SearchService(shop, WHOLE, event_log=log)
            assert add_demo_visitors(service) == (3 if is_first else 0)
            assert len(service.recent_visitors()) == 3
            service.close()
        delete_profiles(str(folder))
        assert not list(folder.glob("people.sqlite*"))
        assert list(folder.iterdir())


def test_the_log_is_the_demonstrations_own(here: Here) -> None:
    settings = with_events(Settings(), "var/demo-events")
    assert (settings.events.enabled, settings.events.folder) == (True, "var/demo-events")
    write_feed(here.folder / "feed.csv", 12)
    told = here("demo", "--feed", "feed.csv").out
    assert "is logged in var/demo-events" in told
    assert "sample-layla, sample-omar, sample-noura" in told
    with EventLog.open(here.folder / "var" / "demo-events") as log:
        assert log.read_user_events("sample-layla")
    assert not (here.folder / "var" / "events").exists()
