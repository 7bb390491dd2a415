"""From the log into a store: all of it, once, on from where it ended."""

import shutil
from pathlib import Path

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import SyncResult, open_event_store, sync_events
from shopwindow.eventlog.analytics.event_store import EventBatch
from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError, InvalidEventError
from tests.eventlog.conftest import made


def test_it_takes_what_is_new_in_batches(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    assert sync_events(log, store) == SyncResult(0, 0, "")
    log.append(made(25))
    sizes: list[int] = []
    assert sync_events(log, store, batch_size=10, on_batch=sizes.append) == SyncResult(
        25, 3, "1.25"
    )
    assert sizes == [10, 10, 5]
    assert sync_events(log, store) == SyncResult(0, 0, "1.25")
    log.append(made(30))
    assert sync_events(log, store).n_events == 5
    assert sync_events(log, store).n_events == 0
    assert store.count() == log.count() == 30
    store.close()


def test_the_files_of_a_log_are_one_and_stay(folder: Path, tmp_path: Path) -> None:
    with EventLog.open(folder, rotate_bytes=60_000) as log:
        for start in range(0, 900, 100):
            log.append(made(100, start))
        n_files = len(list(folder.glob("events-*")))
        assert n_files > 2
        store = open_event_store(str(tmp_path / "analysis"))
        assert sync_events(log, store, batch_size=70).n_events == 900
        assert store.count() == 900
        assert (log.count(), len(list(folder.glob("events-*")))) == (900, n_files)
        store.close()


def test_what_was_erased_from_the_log_is_not_waited_for(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    log.append([*made(5), *made(5, 5, user_id="u")])
    log.erase("u")
    assert log.get_end_cursor() == "1.10"
    assert sync_events(log, store) == SyncResult(5, 1, "1.5")
    log.append(made(1, 20))
    assert sync_events(log, store) == SyncResult(1, 1, "1.11")
    store.close()


class ErasedOnTheWay(ParquetEventStore):
    """A store; before it takes a batch, another process erases visitors from log and store."""

    erased: tuple[str, ...] = ()
    log_folder: Path

    def append_batch(self, batch: EventBatch) -> bool:
        with EventLog.open(self.log_folder) as other:
            for user_id in self.erased:
                other.erase(user_id)
                self.erase(user_id)
        return super().append_batch(batch)


def test_who_is_erased_while_their_events_are_on_their_way_stays_erased(
    log: EventLog, tmp_path: Path
) -> None:
    store = ErasedOnTheWay.open(tmp_path / "analysis")
    store.log_folder = log.folder
    log.append([*made(5, user_id="stays"), *made(5, 5, user_id="goes"), *made(5, 10)])
    assert sync_events(log, store, batch_size=8).n_events == 15
    log.append([*made(4, 20, user_id="goes"), *made(4, 24, user_id="stays"), *made(4, 28)])
    store.erased = ("goes",)
    assert sync_events(log, store, batch_size=8).n_events == 8
    assert store.erase("goes") == 0
    assert store.count() == log.count() == 18
    assert store.erase("stays") == 9
    store.close()


def test_a_trace_erased_on_its_way_stays_erased_though_its_visitor_is_not_there_yet(
    log: EventLog, tmp_path: Path
) -> None:
    store = ErasedOnTheWay.open(tmp_path / "analysis")
    store.log_folder = log.folder
    log.append([*made(4, session_id="s"), *made(4, 4, session_id="other")])
    log.append(made(4, 8, user_id="goes", session_id="s"))
    store.erased = ("goes",)
    assert sync_events(log, store, batch_size=8).n_events == 4
    assert store.count() == log.count() == 4
    store.close()


def test_two_logs_share_a_store(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    log.append(made(5))
    sync_events(log, store)
    with EventLog.open(tmp_path / "other") as other:
        assert other.log_id != log.log_id
        other.append([Event("like", "sku-1")])
        assert sync_events(other, store) == SyncResult(1, 1, "1.1")
    assert store.count() == 6
    store.close()


def test_a_log_put_back_to_an_older_state_is_refused(tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    with EventLog.open(tmp_path / "log") as log:
        log.append(made(5))
    shutil.copytree(tmp_path / "log", tmp_path / "backup")
    with EventLog.open(tmp_path / "log") as log:
        log.append(made(5, 5))
        sync_events(log, store)
    with (
        EventLog.open(tmp_path / "backup") as older,
        pytest.raises(EventStoreError, match=r"up to 1\.10 .* which ends at 1\.5: it was put back"),
    ):
        sync_events(older, store)
    store.close()


def test_a_batch_has_a_size(log: EventLog, tmp_path: Path) -> None:
    log.append(made(1))
    store = open_event_store(str(tmp_path / "analysis"))
    with pytest.raises(InvalidEventError, match="limit: expected a number of 1 or more"):
        sync_events(log, store, batch_size=0)
    store.close()
