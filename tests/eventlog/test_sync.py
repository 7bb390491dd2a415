"""Sync of a log into a store: every event once, continued at the cursor."""

import shutil
from pathlib import Path

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import SyncResult, open_event_store, sync_events
from shopwindow.eventlog.analytics.event_store import EventBatch
from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError, InvalidEventError
from tests.eventlog.conftest import make_events


def test_new_events_are_synced_in_batches(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    assert sync_events(log, store) == SyncResult(0, 0, "")
    log.append(make_events(25))
    sizes: list[int] = []
    assert sync_events(log, store, batch_size=10, on_batch=sizes.append) == SyncResult(
        25, 3, "1.25"
    )
    assert sizes == [10, 10, 5]
    assert sync_events(log, store) == SyncResult(0, 0, "1.25")
    log.append(make_events(30))
    assert sync_events(log, store).n_events == 5
    assert sync_events(log, store).n_events == 0
    assert store.count() == log.count() == 30
    store.close()


def test_all_segments_are_synced_and_kept(folder: Path, tmp_path: Path) -> None:
    with EventLog.open(folder, rotate_bytes=60_000) as log:
        for start in range(0, 900, 100):
            log.append(make_events(100, start))
        n_segments = len(list(folder.glob("events-*")))
        assert n_segments > 2
        store = open_event_store(str(tmp_path / "analysis"))
        assert sync_events(log, store, batch_size=70).n_events == 900
        assert store.count() == 900
        assert (log.count(), len(list(folder.glob("events-*")))) == (900, n_segments)
        store.close()


def test_events_erased_from_the_log_are_skipped(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    log.append([*make_events(5), *make_events(5, 5, user_id="u")])
    log.erase("u")
    assert log.get_end_cursor() == "1.10"
    assert sync_events(log, store) == SyncResult(5, 1, "1.5")
    log.append(make_events(1, 20))
    assert sync_events(log, store) == SyncResult(1, 1, "1.11")
    store.close()


class ErasingStore(ParquetEventStore):
    """A store for which, before each append, another process erases visitors from log and store."""

    erased_users: tuple[str, ...] = ()
    log_folder: Path

    def append_batch(self, batch: EventBatch) -> bool:
        with EventLog.open(self.log_folder) as other:
            for user_id in self.erased_users:
                other.erase(user_id)
                self.erase(user_id)
        return super().append_batch(batch)


def test_a_visitor_erased_during_a_sync_stays_erased(log: EventLog, tmp_path: Path) -> None:
    store = ErasingStore.open(tmp_path / "analysis")
    store.log_folder = log.folder
    log.append(
        [
            *make_events(5, user_id="other"),
            *make_events(5, 5, user_id="erased"),
            *make_events(5, 10),
        ]
    )
    assert sync_events(log, store, batch_size=8).n_events == 15
    log.append(
        [
            *make_events(4, 20, user_id="erased"),
            *make_events(4, 24, user_id="other"),
            *make_events(4, 28),
        ]
    )
    store.erased_users = ("erased",)
    assert sync_events(log, store, batch_size=8).n_events == 8
    assert store.erase("erased") == 0
    assert store.count() == log.count() == 18
    assert store.erase("other") == 9
    store.close()


def test_linked_events_erased_during_a_sync_stay_erased_before_their_visitor_is_synced(
    log: EventLog, tmp_path: Path
) -> None:
    store = ErasingStore.open(tmp_path / "analysis")
    store.log_folder = log.folder
    log.append([*make_events(4, session_id="s"), *make_events(4, 4, session_id="other")])
    log.append(make_events(4, 8, user_id="erased", session_id="s"))
    store.erased_users = ("erased",)
    assert sync_events(log, store, batch_size=8).n_events == 4
    assert store.count() == log.count() == 4
    store.close()


def test_two_logs_share_a_store(log: EventLog, tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    log.append(make_events(5))
    sync_events(log, store)
    with EventLog.open(tmp_path / "other") as other:
        assert other.log_id != log.log_id
        other.append([Event("like", "sku-1")])
        assert sync_events(other, store) == SyncResult(1, 1, "1.1")
    assert store.count() == 6
    store.close()


def test_a_log_restored_to_an_older_state_is_rejected(tmp_path: Path) -> None:
    store = open_event_store(str(tmp_path / "analysis"))
    with EventLog.open(tmp_path / "log") as log:
        log.append(make_events(5))
    shutil.copytree(tmp_path / "log", tmp_path / "backup")
    with EventLog.open(tmp_path / "log") as log:
        log.append(make_events(5, 5))
        sync_events(log, store)
    with (
        EventLog.open(tmp_path / "backup") as older,
        pytest.raises(
            EventStoreError, match=r"up to 1\.10 .* which ends at 1\.5: the log was restored"
        ),
    ):
        sync_events(older, store)
    store.close()


def test_a_batch_size_below_one_is_rejected(log: EventLog, tmp_path: Path) -> None:
    log.append(make_events(1))
    store = open_event_store(str(tmp_path / "analysis"))
    with pytest.raises(InvalidEventError, match="limit: expected a number of 1 or more"):
        sync_events(log, store, batch_size=0)
    store.close()
