"""The event log: atomic batches, unique ids, order, several segments, erasure to the byte."""

import secrets
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog import AppendResult, EventLog, privacy_erasure, segments
from shopwindow.eventlog import event_log as log_module
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventLogError, EventLogVersionError, InvalidEventError
from tests.eventlog.conftest import make_events, read_all_events

ROTATE_BYTES = 60_000
"""Size in bytes from which a test's log begins a new segment."""


def list_segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("events-*.sqlite"))


def test_read_returns_the_appended_events(log: EventLog) -> None:
    events = [
        Event("impression", "sku-1", "u", "s", "q", "feed", 3, 0.25, "search", "v", {"a": 0.1}),
        Event("purchase", "فستان", value=12.5, currency="AED"),
        *make_events(20, user_id="u"),
    ]
    assert log.append(events) == AppendResult(22, 0)
    assert read_all_events(log) == events
    assert log.count() == 22
    assert log.read_user_events("u") == [events[0], *events[2:]]
    assert log.append([]) == AppendResult(0, 0)


def test_an_id_is_in_the_log_once_and_its_first_event_is_kept(log: EventLog) -> None:
    first_events = make_events(3)
    log.append(first_events)
    assert log.append([*make_events(5, kind="hide"), *make_events(1, 4)]) == AppendResult(2, 4)
    assert read_all_events(log) == [*first_events, *read_all_events(log)[3:]]
    assert [event.kind for event in read_all_events(log)] == ["click"] * 3 + ["hide"] * 2


def test_segments_rotate_and_stay_one_log(folder: Path) -> None:
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        for start in range(0, 1000, 50):
            log.append(make_events(50, start, user_id=f"u{start}"))
        assert len(list_segments(folder)) >= 3
        event_ids = [event.event_id for event in read_all_events(log, 333)]
        assert event_ids == [f"e{n}" for n in range(1000)]
        assert log.count() == 1000
        assert len(log.read_user_events("u0")) == 50  # in the first segment
        assert log.append(make_events(1001)) == AppendResult(1, 1000)  # ids of all segments
    with EventLog.open(folder) as reopened:
        assert reopened.count() == 1001


def test_reading_continues_at_the_cursor(log: EventLog) -> None:
    log.append(make_events(5))
    events, cursor = log.read(limit=3)
    assert [event.event_id for event in events] == ["e0", "e1", "e2"]
    rest, end_cursor = log.read(cursor)
    assert [event.event_id for event in rest] == ["e3", "e4"]
    assert log.read(end_cursor) == ([], end_cursor)
    log.append(make_events(1, 5))
    assert [event.event_id for event in log.read(end_cursor)[0]] == ["e5"]


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", ".", "-1.2", "9" * 40 + ".1"])
def test_a_malformed_cursor_is_rejected(log: EventLog, cursor: str) -> None:
    with pytest.raises(InvalidEventError, match="after: expected the cursor"):
        log.read(cursor)


def test_events_are_counted_after_a_cursor(folder: Path) -> None:
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        for first in range(0, 900, 300):
            log.append(make_events(300, first))
        assert len(list_segments(folder)) > 1
        assert log.count() == log.count("") == 900
        for n_read in (1, 299, 300, 301, 899, 900):
            assert log.count(log.read(limit=n_read)[1]) == 900 - n_read
        cursor = log.read(limit=450)[1]
        log.append(make_events(1, 900, user_id="gone"))
        assert log.count(cursor) == 451
        log.erase("gone")
        assert log.count(cursor) == 450
        with pytest.raises(InvalidEventError, match="cursor"):
            log.count("no cursor")


def test_a_folder_that_takes_no_files_is_not_writable(folder: Path) -> None:
    log = EventLog.open(folder)
    names = sorted(path.name for path in folder.iterdir())
    log.check_writable()
    assert sorted(path.name for path in folder.iterdir()) == names
    folder.rename(folder.with_name("moved"))
    with pytest.raises(EventLogError, match="No such file"):
        log.check_writable()
    log.close()
    with pytest.raises(EventLogError, match="is closed"):
        log.check_writable()


def test_an_invalid_limit_or_user_id_is_rejected(log: EventLog) -> None:
    with pytest.raises(InvalidEventError, match="limit: expected a number of 1 or more"):
        log.read(limit=0)
    for method in (log.read_user_events, log.erase):
        with pytest.raises(InvalidEventError, match="user_id: expected a text that is not empty"):
            method("")


def test_erasing_leaves_no_byte_in_any_segment(folder: Path) -> None:
    user_ids = [f"visitor-{secrets.token_hex(6)}" for _ in range(40)]
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        for start in range(0, 1200, 60):
            log.append(
                make_events(1, n, user_id=user_ids[n % 40], kind="impression")[0]
                for n in range(start, start + 60)
            )
        assert len(list_segments(folder)) >= 3
        erased, remaining = user_ids[:20], user_ids[20:]
        assert [log.erase(user_id) for user_id in erased] == [30] * 20
        assert log.erase(erased[0]) == 0
        assert log.read_user_events(erased[0]) == []
        assert log.count() == 600
        assert [len(log.read_user_events(user_id)) for user_id in remaining] == [30] * 20
    data = b"".join(path.read_bytes() for path in folder.iterdir())
    assert [user_id for user_id in erased if user_id.encode() in data] == []
    assert all(user_id.encode() in data for user_id in remaining)  # the search finds what is there


def test_anonymous_events_of_a_visitors_session_or_query_are_erased_too(folder: Path) -> None:
    own = make_events(1, user_id="u", session_id="secret-session", query_id="secret-query")
    linked = [
        *make_events(40, 1, session_id="secret-session", kind="impression"),
        *make_events(40, 41, query_id="secret-query"),
    ]
    others = [
        *make_events(5, 81),
        *make_events(5, 86, session_id="session", query_id="query"),
        *make_events(5, 91, user_id="other", session_id="secret-session", query_id="secret-query"),
    ]
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        for events in (linked, own, others):
            log.append(events)
        assert log.find_linked_ids("u") == LinkedIds(
            frozenset({"secret-session"}), frozenset({"secret-query"})
        )
        assert log.erase("u") == 81
        assert read_all_events(log) == others
        assert not log.find_linked_ids("u")
        log.erase("other")
    assert not any(b"secret" in path.read_bytes() for path in folder.iterdir())


def test_anonymous_events_without_a_session_are_not_erased(log: EventLog) -> None:
    log.append([*make_events(2, user_id="u"), *make_events(3, 2)])
    assert log.erase("u") == 2
    assert log.count() == 3


def test_an_interrupted_erasure_keeps_the_events_that_link_to_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        for start in range(0, 400, 20):  # into several segments
            log.append(make_events(10, start, session_id="s", query_id="q" * 400))
            log.append(make_events(10, start + 10, user_id="u", session_id="s"))
        assert len(list_segments(folder)) >= 3
        n_left = 2

        def delete_until_stopped(*args: Any) -> int:
            nonlocal n_left
            n_left -= 1
            if n_left < 0:
                raise sqlite3.OperationalError("stopped")
            return delete_events(*args)

        delete_events = privacy_erasure._delete_events
        for n_segments in range(1, 6):
            n_left = n_segments
            with monkeypatch.context() as patched:
                patched.setattr(privacy_erasure, "_delete_events", delete_until_stopped)
                with suppress(EventLogError):
                    log.erase("u")
        log.erase("u")
        assert log.count() == 0


def test_cursors_stay_valid_after_an_erasure(log: EventLog) -> None:
    log.append(make_events(3, user_id="u"))
    _, cursor = log.read()
    log.erase("u")
    log.append(make_events(2, 3))
    assert [event.event_id for event in log.read(cursor)[0]] == ["e3", "e4"]


def test_an_interrupted_erasure_is_completed_on_opening(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = f"visitor-{secrets.token_hex(6)}"
    with EventLog.open(folder) as log:
        log.append(make_events(500, user_id=user_id))
        with monkeypatch.context() as patched:
            patched.setattr(log_module, "truncate_wal", lambda _: None)  # killed before it
            assert log.erase(user_id) == 500
        connection = sqlite3.connect(list_segments(folder)[0])
        assert connection.execute("SELECT count(*) FROM unclean").fetchone() == (1,)
        connection.close()
    with EventLog.open(folder) as reopened:
        assert reopened.count() == 0
    connection = sqlite3.connect(list_segments(folder)[0])
    assert connection.execute("SELECT count(*) FROM unclean").fetchone() == (0,)
    connection.close()
    assert not any(user_id.encode() in path.read_bytes() for path in folder.iterdir())


def test_erasing_fails_while_a_reader_holds_old_pages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BUSY_TIMEOUT_S", 0.1)
    with EventLog.open(folder) as log:
        log.append(make_events(9, user_id="u"))
        reader = sqlite3.connect(list_segments(folder)[0], isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchone()
        with pytest.raises(EventLogError, match="locked"):
            log.erase("u")
        reader.execute("ROLLBACK")
        reader.close()
        assert log.erase("u") == 0  # the rows were deleted already; now the bytes are too
        assert log.read_user_events("u") == []


def test_one_process_writes_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "BUSY_TIMEOUT_S", 0.1)
    with EventLog.open(folder) as log:
        other = segments.Segments(folder)
        with (
            other.write_lock(),
            pytest.raises(EventLogError, match=r"locked by another process for"),
        ):
            log.append(make_events(1))
        other.close()
        assert log.append(make_events(1)) == AppendResult(1, 0)


def test_a_full_disk_is_reported_and_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "PRAGMAS", (*segments.PRAGMAS, "max_page_count = 20"))
    with EventLog.open(folder) as log:
        log.append(make_events(20))
        with pytest.raises(EventLogError, match=r"full. Free space on the disk; nothing of this"):
            log.append(make_events(5000, 20))
        assert log.count() == 20
        assert log.append(make_events(3, 18)) == AppendResult(1, 2)  # the log stays usable


def test_an_unusable_folder_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EventLogError, match=r"cannot be used: .* A writable folder was"):
        EventLog.open(tmp_path / "file")
    with pytest.raises(EventLogError, match="cannot be used"):
        EventLog.open(tmp_path / "file" / "below")


def test_a_file_that_is_no_database_is_rejected(folder: Path) -> None:
    EventLog.open(folder).close()
    list_segments(folder)[0].write_bytes(b"no database" * 1000)
    with pytest.raises(EventLogError, match="Move the damaged file away"):
        EventLog.open(folder)


def test_a_newer_schema_version_is_rejected(folder: Path) -> None:
    EventLog.open(folder).close()
    connection = sqlite3.connect(list_segments(folder)[0])
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(EventLogVersionError, match="has schema 99, this Shopwindow reads 2"):
        EventLog.open(folder)


def make_first_version(folder: Path) -> Path:
    """Turn the only segment of a log into one of the first schema version."""
    path = list_segments(folder)[0]
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE events DROP COLUMN dwell_ms")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return path


def test_a_log_of_the_first_version_is_migrated_when_it_is_opened(folder: Path) -> None:
    events = make_events(3)
    with EventLog.open(folder) as log:
        log.append(events)
        _, cursor = log.read(limit=2)
    path = make_first_version(folder)
    with EventLog.open(folder) as log, EventLog.open(folder) as other:
        assert read_all_events(log) == events
        returned = make_events(1, first=3, kind="return", dwell_ms=1500)
        assert log.append([*events, *returned]) == AppendResult(1, 3)
        assert other.read(cursor)[0] == [events[2], *returned]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


def test_a_segment_whose_creation_was_interrupted_is_created_again(folder: Path) -> None:
    folder.mkdir()
    (folder / "new.sqlite").write_bytes(b"half a file")
    (folder / "new.sqlite-journal").write_bytes(b"half")
    with EventLog.open(folder) as log:
        assert log.append(make_events(2)) == AppendResult(2, 0)
    assert not list(folder.glob("new*"))


def test_a_closed_log_is_rejected(folder: Path) -> None:
    log = EventLog.open(folder)
    log.close()
    log.close()
    with pytest.raises(EventLogError, match=r"is closed. Open it again"):
        log.append(make_events(1))


def test_commits_are_synchronous_and_rows_are_overwritten(log: EventLog) -> None:
    connection = log._segments.get_connection(1)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


_WRITER = """
import sys
from shopwindow.eventlog import EventLog
from tests.eventlog.conftest import make_events
folder, writer = sys.argv[1], int(sys.argv[2])
with EventLog.open(folder, rotate_bytes=60_000) as log:
    for batch in range(20):
        shared = make_events(10, batch * 10, user_id=f"u{writer}")
        log.append([*shared, *make_events(10, 10_000 * writer + batch * 10)])
"""


def test_several_processes_write_one_log(folder: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(folder)]
    root = Path(__file__).resolve().parents[2]
    processes = [subprocess.Popen([*command, str(writer)], cwd=root) for writer in (1, 2, 3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    with EventLog.open(folder) as log:
        event_ids = [event.event_id for event in read_all_events(log, 100)]
    shared_ids = {f"e{n}" for n in range(200)}
    own_ids = {f"e{10_000 * writer + n}" for writer in (1, 2, 3) for n in range(200)}
    assert len(list_segments(folder)) >= 2
    assert len(event_ids) == len(set(event_ids))
    assert set(event_ids) == shared_ids | own_ids
