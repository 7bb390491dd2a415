"""The folder lock: which modes exclude each other, and that it survives a timeout."""

import sqlite3
from pathlib import Path

import pytest

from shopwindow.eventlog.analytics import shared_folder_lock
from shopwindow.eventlog.analytics.shared_folder_lock import SharedFolderLock

MODES = ("read", "append", "replace")


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_folder_lock, "LOCK_TIMEOUT_S", 0.01)


@pytest.mark.usefixtures("short_timeout")
@pytest.mark.parametrize("mode", MODES)
def test_the_lock_stays_usable_after_a_timeout(tmp_path: Path, mode: str) -> None:
    own, other = SharedFolderLock(tmp_path / "lock"), SharedFolderLock(tmp_path / "lock")
    with (
        other.acquire("replace"),
        pytest.raises(sqlite3.OperationalError, match="database is locked"),
        own.acquire(mode),
    ):
        pass
    for free_mode in MODES:
        with own.acquire(free_mode):
            pass
    with other.acquire("replace"):  # the lock is free again
        pass
    own.close()
    other.close()


@pytest.mark.usefixtures("short_timeout")
def test_readers_and_one_appender_share_the_lock(tmp_path: Path) -> None:
    own, other = SharedFolderLock(tmp_path / "lock"), SharedFolderLock(tmp_path / "lock")
    with other.acquire("read"), own.acquire("append"):
        pass
    with other.acquire("append"), pytest.raises(sqlite3.OperationalError), own.acquire("append"):
        pass
    with other.acquire("read"), pytest.raises(sqlite3.OperationalError), own.acquire("replace"):
        pass
    own.close()
    other.close()
