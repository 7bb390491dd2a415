"""The made-up visitors of the demo: recorded once, and only in its own log."""

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
from tests.serving.cli.conftest import CliRunner, write_feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo-events"


def test_visitors_are_recorded_once_as_real_events(shop: ProductIndex, folder: Path) -> None:
    with EventLog.open(folder) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        assert add_demo_visitors(service) == len(DEMO_VISITORS) == 3
        n_events = log.count()
        assert add_demo_visitors(service) == 0
        assert log.count() == n_events
        assert set(service.recent_visitors()) == set(DEMO_VISITORS)
        assert all(user_id.startswith(DEMO_USER_PREFIX) for user_id in DEMO_VISITORS)
        for user_id, searches in DEMO_VISITORS.items():
            interactions = [
                event for event in service.history(user_id) if event.kind != "impression"
            ]
            assert [event.kind for event in interactions] == [
                kind for search in searches for kind in search.actions
            ]
            assert all(event.query_id and event.position for event in interactions)
            assert all(
                (event.value is None) == (event.kind != "purchase") for event in interactions
            )
            assert service.profile(user_id).interests
        service.erase("sample-omar")
        assert add_demo_visitors(service) == 1
        service.close()


def test_deleted_profiles_are_rebuilt_from_the_log(shop: ProductIndex, folder: Path) -> None:
    for is_first in (True, False):
        with EventLog.open(folder) as log:
            service = SearchService(shop, WHOLE, event_log=log)
            assert add_demo_visitors(service) == (3 if is_first else 0)
            assert len(service.recent_visitors()) == 3
            service.close()
        delete_profiles(str(folder))
        assert not list(folder.glob("people.sqlite*"))
        assert list(folder.iterdir())


def test_the_demo_has_an_event_log_of_its_own(cli: CliRunner) -> None:
    settings = with_events(Settings(), "var/demo-events")
    assert (settings.events.enabled, settings.events.folder) == (True, "var/demo-events")
    write_feed(cli.folder / "feed.csv", 12)
    output = cli("demo", "--feed", "feed.csv").out
    assert "are logged only in var/demo-events" in output
    assert "sample-layla, sample-omar, sample-noura" in output
    with EventLog.open(cli.folder / "var" / "demo-events") as log:
        assert log.read_user_events("sample-layla")
    assert not (cli.folder / "var" / "events").exists()
