"""Erasure while others write, consume and read at the same time."""

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
from tests.personalization.conftest import NOON, EventRecorder

SECRET = "the-visitor-that-nobody-shall-know"


def count_rows(folder: Path, user_id: str) -> int:
    connection = sqlite3.connect(folder / STORE_FILE_NAME)
    statements = [f"SELECT count(*) FROM {table} WHERE user_id = ?" for table in PER_USER_TABLES]
    n_rows = sum(
        connection.execute(statement, (user_id,)).fetchone()[0] for statement in statements
    )
    connection.close()
    return int(n_rows)


def make_events(user_id: str, n_events: int, first: int) -> list[Event]:
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


@pytest.mark.parametrize("_repetition", range(4))
def test_a_visitor_erased_while_their_events_are_processed_is_gone(
    log: EventLog, catalog: CatalogItems, _repetition: int
) -> None:
    log.append(make_events("kept", 60, 0) + make_events(SECRET, 900, 0))
    with (
        open_online_store(log, catalog) as store,
        EventConsumer(log, store, catalog, ProfileSettings()) as event_consumer,
    ):
        event_consumer.start()
        event_consumer.wake()
        assert erase_user(log, SECRET) == 900
        event_consumer.consume_pending()
        assert count_rows(log.folder, SECRET) == 0
        assert count_rows(log.folder, "kept") > 0
        assert log.read_user_events(SECRET) == []
    remaining_bytes = b"".join(path.read_bytes() for path in log.folder.iterdir())
    assert SECRET.encode() not in remaining_bytes


def test_erasing_one_of_many_writers_leaves_the_others(
    log: EventLog, catalog: CatalogItems
) -> None:
    users = [f"user-{n}" for n in range(6)]
    writers = [
        threading.Thread(target=lambda u=user: [log.append(make_events(u, 30, 0))])
        for user in users
    ]
    with (
        open_online_store(log, catalog) as store,
        EventConsumer(log, store, catalog, ProfileSettings()) as event_consumer,
    ):
        event_consumer.start()
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        event_consumer.consume_pending()
        assert erase_user(log, "user-3") == 30
        event_consumer.consume_pending()
        assert [count_rows(log.folder, user) > 0 for user in users] == [n != 3 for n in range(6)]
        assert store.count_profiles() == 5
        assert log.count() == 150


def test_a_rebuild_after_an_erasure_knows_nothing_of_the_visitor(record: EventRecorder) -> None:
    record("click", "sku-0", user_id=SECRET)
    record("click", "sku-1", user_id="kept")
    assert erase_user(record.log, SECRET) == 1
    assert record.event_consumer.rebuild() == 1
    assert record.store.get_profile(SECRET) is None
    assert record.store.get_profile("kept") is not None


def test_an_empty_user_id_is_refused(record: EventRecorder) -> None:
    record("click", "sku-0")
    with pytest.raises(InvalidEventError, match="user_id"):
        erase_user(record.log, "")
    assert record.store.get_profile("u1") is not None
