"""The files of the Parquet store: complete or absent, merged, and cleaned up after a kill."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.event_store_crash import run_rounds
from shopwindow.eventlog.analytics import open_event_store, parquet_folder
from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore
from shopwindow.values.errors import EventStoreError
from tests.eventlog.test_event_store import make_batch, make_history

EVENTS = make_history(400)


def list_parquet_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.parquet"))


def append_all(store: ParquetEventStore, size: int = 5) -> None:
    """Append the events that the store does not have yet."""
    while (n_stored := int(store.get_cursor("a").partition(".")[2] or 0)) < len(EVENTS):
        store.append_batch(make_batch(EVENTS[n_stored : n_stored + size], n_stored))


def read_ids(store: ParquetEventStore) -> list[str]:
    with store._open_dataset() as events:
        event_ids: list[str] = events.to_table(columns=["event_id"])["event_id"].to_pylist()
    return event_ids


def test_small_files_are_merged_in_order_and_stay_few(tmp_path: Path) -> None:
    with ParquetEventStore.open(tmp_path) as store:
        append_all(store)
        assert read_ids(store) == [event.event_id for event in EVENTS]
        assert store.get_cursor("a") == "1.400"
    assert len(list_parquet_files(tmp_path)) < 25  # of 80 batches


def test_large_files_are_not_merged_repeatedly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_written: list[int] = []
    write = parquet_folder.PartFolder.write

    def count_and_write(self: Any, part: Any, table: Any) -> None:
        n_written.append(len(table))
        write(self, part, table)

    monkeypatch.setattr(parquet_folder.PartFolder, "write", count_and_write)
    monkeypatch.setattr(parquet_folder, "MERGE_FACTOR", 4)
    with ParquetEventStore.open(tmp_path) as store:
        append_all(store, size=2)
    assert sum(n_written) <= 9 * len(EVENTS)  # 200 batches double 7.6 times


STEPS = ("os.fsync", "pq.write_table", "fsync_directory", "Path.replace", "Path.unlink")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_before", [True, False])
def test_events_are_stored_once_after_failures_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, is_before: bool
) -> None:
    owner, name = step.split(".") if "." in step else ("", step)
    target: Any = getattr(parquet_folder, owner) if owner else parquet_folder
    n_calls = 0

    def fail_every_third_call(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal n_calls
            n_calls += 1
            if n_calls % 3 == 0 and is_before:
                raise OSError("killed before")
            result = function(*args, **options)
            if n_calls % 3 == 0:
                raise OSError("killed after")
            return result

        return call

    monkeypatch.setattr(target, name, fail_every_third_call(getattr(target, name)))
    while True:
        try:
            with ParquetEventStore.open(tmp_path) as store:  # as a new process would
                append_all(store)
                break
        except EventStoreError:
            continue
    assert n_calls > 3
    monkeypatch.undo()
    with ParquetEventStore.open(tmp_path) as store:
        assert read_ids(store) == [event.event_id for event in EVENTS]
        assert store.count() == len(EVENTS)


def test_erasing_also_removes_files_left_by_a_kill(tmp_path: Path) -> None:
    with ParquetEventStore.open(tmp_path) as store:
        store.append_batch(make_batch(EVENTS[:50]))
        merged = tmp_path / "v1_a_0.0_1.50.parquet"
        temporary, part = tmp_path / "aside.new", tmp_path / "v1_a_0.0_1.20.parquet"
        temporary.write_bytes(merged.read_bytes())
        part.write_bytes(merged.read_bytes())
        assert store.count() == 50
        assert store.erase("u1") > 0
        assert list_parquet_files(tmp_path) == [merged.name]
        assert not temporary.exists()


def test_several_threads_and_stores_append_each_batch_once(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def work() -> None:
        try:
            with ParquetEventStore.open(tmp_path) as store:
                append_all(store)
        except Exception as exc:  # noqa: BLE001 -- raised in a thread; asserted below
            failures.append(exc)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with ParquetEventStore.open(tmp_path) as store:
        assert read_ids(store) == [event.event_id for event in EVENTS]


def test_foreign_files_are_ignored_and_damaged_ones_reported(tmp_path: Path) -> None:
    (tmp_path / "notes.parquet").write_text("mine")
    with ParquetEventStore.open(tmp_path) as store:
        store.append_batch(make_batch(EVENTS[:5]))
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


def test_a_path_that_is_no_folder_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EventStoreError, match="A writable folder was expected"):
        open_event_store(str(tmp_path / "file"))


@pytest.mark.slow
def test_ten_kills_lose_and_duplicate_nothing(tmp_path: Path) -> None:
    n_events = 60_000  # more than a fast machine syncs before the last kill
    counts = run_rounds(tmp_path / "events", str(tmp_path / "analysis"), 10, n_events)
    assert (counts["lost"], counts["duplicated"]) == (0, 0)
    assert 0 < int(str(counts["acknowledged"])) <= int(str(counts["before_last_sync"])) < n_events
