"""What holds for ClickHouse alone: blocks that are written as a whole, and known by their token."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog.analytics import open_event_store
from shopwindow.values.errors import EventStoreError
from tests.eventlog.test_event_store import batch, history

pytestmark = [
    pytest.mark.skipif(
        not all(find_spec(each) for each in ("chdb", "clickhouse_connect")),
        reason="the extra `clickhouse` is not installed",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of chdb itself
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    opened = open_event_store(f"chdb:{tmp_path / 'analysis'}")
    yield opened
    opened.close()


def test_of_two_that_begin_at_the_same_place_one_is_kept(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = history(60)
    assert store.take(batch(events[:20]))
    real = store.position
    answers = iter(["", "1.20"])  # asked before the other's batch was in, and after
    monkeypatch.setattr(store, "position", lambda _: next(answers))
    assert not store.take(batch(events))
    monkeypatch.setattr(store, "position", real)
    assert (store.count(), store.position("a")) == (20, "1.20")
    assert store.take(batch(events[20:], 20))
    assert store.count() == 60


def test_a_batch_is_one_block_with_its_position(store: Any) -> None:
    store.take(batch(history(5000)))
    parts = store._rows("SELECT rows, level FROM system.parts WHERE active AND rows > 0")
    assert parts == [(5001, 0)]


def test_a_folder_is_one_engines(store: Any, tmp_path: Path) -> None:
    with pytest.raises(EventStoreError, match="no other process has the folder open"):
        open_event_store(f"chdb:{tmp_path / 'another'}")
