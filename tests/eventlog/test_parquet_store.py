"""The files of the Parquet store: whole or absent, merged, and swept after a kill."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.event_store_crash import rounds
from shopwindow.eventlog.analytics import open_event_store
from shopwindow.eventlog.analytics import parquet_folder as files
from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore
from shopwindow.values.errors import EventStoreError
from tests.eventlog.test_event_store import batch, history

EVENTS = history(400)


def parquet_files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.glob("*.parquet"))


def take_all(store: ParquetEventStore, size: int = 5) -> None:
    """Take what the store does not have yet."""
    while (done := int(store.get_cursor("a").partition(".")[2] or 0)) < len(EVENTS):
        store.append_batch(batch(EVENTS[done : done + size], done))


def ids(store: ParquetEventStore) -> list[str]:
    with store._events() as events:
        found: list[str] = events.to_table(columns=["event_id"])["event_id"].to_pylist()
    return found


def test_small_files_are_merged_in_order_and_stay_few(tmp_path: Path) -> None:
    with ParquetEventStore.open(tmp_path) as store:
        take_all(store)
        assert ids(store) == [each.event_id for each in EVENTS]
        assert store.get_cursor("a") == "1.400"
    assert len(parquet_files(tmp_path)) < 25  # of 80 batches


def test_what_is_large_is_not_merged_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    real = files.PartFolder.write

    def counted(self: Any, part: Any, table: Any) -> None:
        written.append(len(table))
        real(self, part, table)

    monkeypatch.setattr(files.PartFolder, "write", counted)
    monkeypatch.setattr(files, "MERGED_AT_ONCE", 4)
    with ParquetEventStore.open(tmp_path) as store:
        take_all(store, size=2)
    assert sum(written) <= 9 * len(EVENTS)  # 200 batches double 7.6 times


STEPS = ("os.fsync", "pq.write_table", "make_durable", "Path.replace", "Path.unlink")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_before", [True, False])
def test_broken_at_any_step_and_repeated_it_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, is_before: bool
) -> None:
    owner, name = step.split(".") if "." in step else ("", step)
    broken: Any = getattr(files, owner) if owner else files
    n_calls = 0

    def fails_often(real: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*args: Any, **options: Any) -> Any:
            nonlocal n_calls
            n_calls += 1
            if n_calls % 3 == 0 and is_before:
                raise OSError("killed before")
            result = real(*args, **options)
            if n_calls % 3 == 0:
                raise OSError("killed after")
            return result

        return failing

    monkeypatch.setattr(broken, name, fails_often(getattr(broken, name)))
    while True:
        try:
            with ParquetEventStore.open(tmp_path) as store:  # as a new process would
                take_all(store)
                break
        except EventStoreError:
            continue
    assert n_calls > 3
    monkeypatch.undo()
    with ParquetEventStore.open(tmp_path) as store:
        assert ids(store) == [each.event_id for each in EVENTS]
        assert store.count() == len(EVENTS)


def test_erasing_also_removes_what_a_kill_left(tmp_path: Path) -> None:
    with ParquetEventStore.open(tmp_path) as store:
        store.append_batch(batch(EVENTS[:50]))
        whole = tmp_path / "v1_a_0.0_1.50.parquet"
        aside, part = tmp_path / "aside.new", tmp_path / "v1_a_0.0_1.20.parquet"
        aside.write_bytes(whole.read_bytes())
        part.write_bytes(whole.read_bytes())
        assert store.count() == 50
        assert store.erase("u1") > 0
        assert parquet_files(tmp_path) == [whole.name]
        assert not aside.exists()


def test_several_threads_and_stores_take_each_batch_once(tmp_path: Path) -> None:
    failed: list[Exception] = []

    def work() -> None:
        try:
            with ParquetEventStore.open(tmp_path) as store:
                take_all(store)
        except Exception as exc:  # noqa: BLE001 -- of a thread; told below
            failed.append(exc)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed
    with ParquetEventStore.open(tmp_path) as store:
        assert ids(store) == [each.event_id for each in EVENTS]


def test_foreign_files_are_left_alone_and_broken_ones_named(tmp_path: Path) -> None:
    (tmp_path / "notes.parquet").write_text("mine")
    with ParquetEventStore.open(tmp_path) as store:
        store.append_batch(batch(EVENTS[:5]))
        store.erase("u1")
        assert (tmp_path / "notes.parquet").read_text() == "mine"
        (tmp_path / "v1_a_1.5_1.9.parquet").write_text("no Parquet")
        with pytest.raises(EventStoreError, match="Move the damaged file away"):
            store.count_by_day()
    (tmp_path / "v9_a_1.5_1.9.parquet").write_text("")
    with (
        ParquetEventStore.open(tmp_path) as store,
        pytest.raises(EventStoreError, match="has format 9, this Shopwindow reads 1"),
    ):
        store.count()


def test_a_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EventStoreError, match="A writable folder was expected"):
        open_event_store(str(tmp_path / "file"))


@pytest.mark.slow
def test_ten_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    n_events = 60_000  # more than a quick machine takes before the last kill
    found = rounds(tmp_path / "events", str(tmp_path / "analysis"), 10, n_events)
    assert (found["lost"], found["doubled"]) == (0, 0)
    assert 0 < int(str(found["told"])) <= int(str(found["before_the_last_run"])) < n_events
