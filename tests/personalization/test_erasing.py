"""Erasure, while others write, follow and read at the same time."""

import sqlite3
import threading
from pathlib import Path

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems, EventConsumer, erase_user, open_online_store
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.personalization.store_schema import PER_USER_TABLES
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Event
from shopwindow.values.errors import InvalidEventError
from tests.personalization.conftest import NOON, Told

SECRET = "the-visitor-that-nobody-shall-know"


def rows_of(folder: Path, user_id: str) -> int:
    connection = sqlite3.connect(folder / STORE_FILE_NAME)
    asked = [f"SELECT count(*) FROM {each} WHERE user_id = ?" for each in PER_USER_TABLES]
    n_rows = sum(connection.execute(ask, (user_id,)).fetchone()[0] for ask in asked)
    connection.close()
    return int(n_rows)


def events_of(user_id: str, n_events: int, first: int) -> list[Event]:
    return [
        Event(
            ("impression", "click", "hide")[n % 3],
            f"sku-{n % 24}",
            user_id=user_id,
            query_id=f"{user_id}-{n // 6}",
            position=n % 6 + 1,
            time=NOON,
            event_id=f"{user_id}-{first + n}",
        )
        for n in range(n_events)
    ]


@pytest.mark.parametrize("_again", range(4))
def test_a_visitor_erased_while_their_events_are_learned_is_gone(
    log: EventLog, catalogue: CatalogItems, _again: int
) -> None:
    log.append(events_of("kept", 60, 0) + events_of(SECRET, 900, 0))
    with (
        open_online_store(log, catalogue) as store,
        EventConsumer(log, store, catalogue, ProfileSettings()) as follower,
    ):
        follower.start()
        follower.wake()
        assert erase_user(log, SECRET) == 900
        follower.consume_pending()
        assert rows_of(log.folder, SECRET) == 0
        assert rows_of(log.folder, "kept") > 0
        assert log.read_user_events(SECRET) == []
    left = b"".join(each.read_bytes() for each in log.folder.iterdir())
    assert SECRET.encode() not in left


def test_erasing_one_of_many_writers_takes_nobody_else(
    log: EventLog, catalogue: CatalogItems
) -> None:
    users = [f"user-{n}" for n in range(6)]
    writers = [
        threading.Thread(target=lambda u=user: [log.append(events_of(u, 30, 0))]) for user in users
    ]
    with (
        open_online_store(log, catalogue) as store,
        EventConsumer(log, store, catalogue, ProfileSettings()) as follower,
    ):
        follower.start()
        for each in writers:
            each.start()
        for each in writers:
            each.join()
        follower.consume_pending()
        assert erase_user(log, "user-3") == 30
        follower.consume_pending()
        assert [rows_of(log.folder, user) > 0 for user in users] == [n != 3 for n in range(6)]
        assert store.count_profiles() == 5
        assert log.count() == 150


def test_what_is_learned_anew_after_an_erasure_knows_nothing_of_them(told: Told) -> None:
    told("click", "sku-0", user_id=SECRET)
    told("click", "sku-1", user_id="kept")
    assert erase_user(told.log, SECRET) == 1
    assert told.follower.rebuild() == 1
    assert told.store.get_profile(SECRET) is None
    assert told.store.get_profile("kept") is not None


def test_nobody_can_be_erased_by_an_empty_name(told: Told) -> None:
    told("click", "sku-0")
    with pytest.raises(InvalidEventError, match="user_id"):
        erase_user(told.log, "")
    assert told.store.get_profile("u1") is not None
