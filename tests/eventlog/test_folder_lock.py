"""The lock of a folder: who keeps out whom, and that a wait in vain does not spoil it."""

import sqlite3
from pathlib import Path

import pytest

from shopwindow.eventlog.analytics import shared_folder_lock as folder_lock
from shopwindow.eventlog.analytics.shared_folder_lock import SharedFolderLock

PURPOSES = ("read", "append", "replace")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_lock, "WAIT_S", 0.01)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_wait_in_vain_leaves_the_lock_usable(tmp_path: Path, purpose: str) -> None:
    mine, other = SharedFolderLock(tmp_path / "lock"), SharedFolderLock(tmp_path / "lock")
    with (
        other.acquire("replace"),
        pytest.raises(sqlite3.OperationalError, match="database is locked"),
        mine.acquire(purpose),
    ):
        pass
    for each in PURPOSES:
        with mine.acquire(each):
            pass
    with other.acquire("replace"):  # nothing is held any more
        pass
    mine.close()
    other.close()


@pytest.mark.usefixtures("hasty")
def test_readers_and_one_appender_share_it(tmp_path: Path) -> None:
    mine, other = SharedFolderLock(tmp_path / "lock"), SharedFolderLock(tmp_path / "lock")
    with other.acquire("read"), mine.acquire("append"):
        pass
    with other.acquire("append"), pytest.raises(sqlite3.OperationalError), mine.acquire("append"):
        pass
    with other.acquire("read"), pytest.raises(sqlite3.OperationalError), mine.acquire("replace"):
        pass
    mine.close()
    other.close()
