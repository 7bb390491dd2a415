"""Specific to ClickHouse: atomic blocks, deduplicated by token."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog.analytics import open_event_store
from shopwindow.values.errors import EventStoreError
from tests.eventlog.test_event_store import make_batch, make_history

pytestmark = [
    pytest.mark.skipif(
        not all(find_spec(module) for module in ("chdb", "clickhouse_connect")),
        reason="the extra `clickhouse` is not installed",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of chdb itself
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    opened = open_event_store(f"chdb:{tmp_path / 'analysis'}")
    yield opened
    opened.close()


def test_of_two_batches_with_the_same_start_cursor_one_is_kept(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = make_history(60)
    assert store.append_batch(make_batch(events[:20]))
    get_cursor = store.get_cursor
    cursors = iter(["", "1.20"])  # read before the other writer's batch was stored, and after
    monkeypatch.setattr(store, "get_cursor", lambda _: next(cursors))
    assert not store.append_batch(make_batch(events))
    monkeypatch.setattr(store, "get_cursor", get_cursor)
    assert (store.count(), store.get_cursor("a")) == (20, "1.20")
    assert store.append_batch(make_batch(events[20:], 20))
    assert store.count() == 60


def test_a_batch_and_its_cursor_are_one_block(store: Any) -> None:
    store.append_batch(make_batch(make_history(5000)))
    parts = store._query_rows("SELECT rows, level FROM system.parts WHERE active AND rows > 0")
    assert parts == [(5001, 0)]


def test_a_folder_is_open_in_one_engine_at_a_time(store: Any, tmp_path: Path) -> None:
    with pytest.raises(EventStoreError, match="no other process has the folder open"):
        open_event_store(f"chdb:{tmp_path / 'another'}")
