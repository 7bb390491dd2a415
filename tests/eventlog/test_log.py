"""The log: whole batches, each id once, in order, over several files, and erased to the byte."""

import secrets
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog import AppendResult, EventLog, segments
from shopwindow.eventlog import event_log as log_module
from shopwindow.eventlog import privacy_erasure as erasing
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventLogError, EventLogVersionError, InvalidEventError
from tests.eventlog.conftest import everything, made

SMALL = 60_000
"""Bytes after which a test's log begins a new file."""


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("events-*.sqlite"))


def test_what_is_read_is_what_was_written(log: EventLog) -> None:
    events = [
        Event("impression", "sku-1", "u", "s", "q", "feed", 3, 0.25, "search", "v", {"a": 0.1}),
        Event("purchase", "فستان", value=12.5, currency="AED"),
        *made(20, user_id="u"),
    ]
    assert log.append(events) == AppendResult(22, 0)
    assert everything(log) == events
    assert log.count() == 22
    assert log.read_user_events("u") == [events[0], *events[2:]]
    assert log.append([]) == AppendResult(0, 0)


def test_an_id_is_in_the_log_once_and_the_first_stays(log: EventLog) -> None:
    first = made(3)
    log.append(first)
    assert log.append([*made(5, kind="hide"), *made(1, 4)]) == AppendResult(2, 4)
    assert everything(log) == [*first, *everything(log)[3:]]
    assert [each.kind for each in everything(log)] == ["click"] * 3 + ["hide"] * 2


def test_files_rotate_and_stay_one_log(folder: Path) -> None:
    with EventLog.open(folder, rotate_bytes=SMALL) as log:
        for start in range(0, 1000, 50):
            log.append(made(50, start, user_id=f"u{start}"))
        assert len(files(folder)) >= 3
        assert [each.event_id for each in everything(log, 333)] == [f"e{n}" for n in range(1000)]
        assert log.count() == 1000
        assert len(log.read_user_events("u0")) == 50  # in the first file
        assert log.append(made(1001)) == AppendResult(1, 1000)  # ids of all the files
    with EventLog.open(folder) as again:
        assert again.count() == 1001


def test_reading_goes_on_where_it_ended(log: EventLog) -> None:
    log.append(made(5))
    events, cursor = log.read(limit=3)
    assert [each.event_id for each in events] == ["e0", "e1", "e2"]
    rest, end = log.read(cursor)
    assert [each.event_id for each in rest] == ["e3", "e4"]
    assert log.read(end) == ([], end)
    log.append(made(1, 5))
    assert [each.event_id for each in log.read(end)[0]] == ["e5"]


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", ".", "-1.2", "9" * 40 + ".1"])
def test_a_strange_cursor_is_refused(log: EventLog, cursor: str) -> None:
    with pytest.raises(InvalidEventError, match="after: expected the cursor"):
        log.read(cursor)


def test_a_limit_and_a_user_must_make_sense(log: EventLog) -> None:
    with pytest.raises(InvalidEventError, match="limit: expected a number of 1 or more"):
        log.read(limit=0)
    for ask in (log.read_user_events, log.erase):
        with pytest.raises(InvalidEventError, match="user_id: expected a text that is not empty"):
            ask("")


def test_erasing_leaves_no_byte_in_any_file(folder: Path) -> None:
    names = [f"visitor-{secrets.token_hex(6)}" for _ in range(40)]
    with EventLog.open(folder, rotate_bytes=SMALL) as log:
        for start in range(0, 1200, 60):
            some = [
                made(1, n, user_id=names[n % 40], kind="impression")
                for n in range(start, start + 60)
            ]
            log.append([each[0] for each in some])
        assert len(files(folder)) >= 3
        gone, stays = names[:20], names[20:]
        assert [log.erase(name) for name in gone] == [30] * 20
        assert log.erase(gone[0]) == 0
        assert log.read_user_events(gone[0]) == []
        assert log.count() == 600
        assert [len(log.read_user_events(name)) for name in stays] == [30] * 20
    written = b"".join(each.read_bytes() for each in folder.iterdir())
    assert [name for name in gone if name.encode() in written] == []
    assert all(name.encode() in written for name in stays)  # the search can find something


def test_what_names_only_a_session_or_an_answer_of_a_visitor_is_erased_with_them(
    folder: Path,
) -> None:
    own = made(1, user_id="u", session_id="secret-visit", query_id="secret-answer")
    traced = [
        *made(40, 1, session_id="secret-visit", kind="impression"),
        *made(40, 41, query_id="secret-answer"),
    ]
    others = [
        *made(5, 81),
        *made(5, 86, session_id="visit", query_id="answer"),
        *made(5, 91, user_id="other", session_id="secret-visit", query_id="secret-answer"),
    ]
    with EventLog.open(folder, rotate_bytes=SMALL) as log:
        for each in (traced, own, others):
            log.append(each)
        assert log.find_linked_ids("u") == LinkedIds(
            frozenset({"secret-visit"}), frozenset({"secret-answer"})
        )
        assert log.erase("u") == 81
        assert everything(log) == others
        assert not log.find_linked_ids("u")
        log.erase("other")
    assert not any(b"secret" in each.read_bytes() for each in folder.iterdir())


def test_events_without_a_session_are_nobodys(log: EventLog) -> None:
    log.append([*made(2, user_id="u"), *made(3, 2)])
    assert log.erase("u") == 2
    assert log.count() == 3


def test_an_interrupted_erasure_keeps_what_leads_to_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EventLog.open(folder, rotate_bytes=SMALL) as log:
        for start in range(0, 400, 20):  # into several files
            log.append(made(10, start, session_id="s", query_id="q" * 400))
            log.append(made(10, start + 10, user_id="u", session_id="s"))
        assert len(files(folder)) >= 3
        n_left = 2

        def stopping(*given: Any) -> int:
            nonlocal n_left
            n_left -= 1
            if n_left < 0:
                raise sqlite3.OperationalError("stopped")
            return deleted(*given)

        deleted = erasing._deleted
        for n_files in range(1, 6):
            n_left = n_files
            with monkeypatch.context() as patched:
                patched.setattr(erasing, "_deleted", stopping)
                with suppress(EventLogError):
                    log.erase("u")
        log.erase("u")
        assert log.count() == 0


def test_the_log_goes_on_after_an_erasure(log: EventLog) -> None:
    log.append(made(3, user_id="u"))
    _, cursor = log.read()
    log.erase("u")
    log.append(made(2, 3))
    assert [each.event_id for each in log.read(cursor)[0]] == ["e3", "e4"]


def test_an_interrupted_erasure_is_completed_on_opening(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"visitor-{secrets.token_hex(6)}"
    with EventLog.open(folder) as log:
        log.append(made(500, user_id=name))
        with monkeypatch.context() as patched:
            patched.setattr(log_module, "clean", lambda _: None)  # killed before it
            assert log.erase(name) == 500
        marked = sqlite3.connect(files(folder)[0])
        assert marked.execute("SELECT count(*) FROM unclean").fetchone() == (1,)
        marked.close()
    with EventLog.open(folder) as again:
        assert again.count() == 0
    connection = sqlite3.connect(files(folder)[0])
    assert connection.execute("SELECT count(*) FROM unclean").fetchone() == (0,)
    connection.close()
    assert not any(name.encode() in each.read_bytes() for each in folder.iterdir())


def test_a_reader_that_holds_old_pages_is_told_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BUSY_TIMEOUT_S", 0.1)
    with EventLog.open(folder) as log:
        log.append(made(9, user_id="u"))
        reader = sqlite3.connect(files(folder)[0], isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchone()
        with pytest.raises(EventLogError, match="locked"):
            log.erase("u")
        reader.execute("ROLLBACK")
        reader.close()
        assert log.erase("u") == 0  # the rows are gone already; now the bytes are too
        assert log.read_user_events("u") == []


def test_one_process_writes_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "BUSY_TIMEOUT_S", 0.1)
    with EventLog.open(folder) as log:
        other = segments.Segments(folder)
        with (
            other.write_lock(),
            pytest.raises(EventLogError, match=r"locked by another process for"),
        ):
            log.append(made(1))
        other.close()
        assert log.append(made(1)) == AppendResult(1, 0)


def test_a_full_disk_writes_nothing_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "PRAGMAS", (*segments.PRAGMAS, "max_page_count = 20"))
    with EventLog.open(folder) as log:
        log.append(made(20))
        with pytest.raises(EventLogError, match=r"full. Make room on the disk; nothing of this"):
            log.append(made(5000, 20))
        assert log.count() == 20
        assert log.append(made(3, 18)) == AppendResult(1, 2)  # it can be used on


def test_a_bad_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EventLogError, match=r"cannot be used: .* A folder that can be written"):
        EventLog.open(tmp_path / "file")
    with pytest.raises(EventLogError, match="cannot be used"):
        EventLog.open(tmp_path / "file" / "below")


def test_what_is_no_database_is_refused(folder: Path) -> None:
    EventLog.open(folder).close()
    files(folder)[0].write_bytes(b"no database" * 1000)
    with pytest.raises(EventLogError, match="Move the damaged file away"):
        EventLog.open(folder)


def test_a_newer_schema_is_refused(folder: Path) -> None:
    EventLog.open(folder).close()
    connection = sqlite3.connect(files(folder)[0])
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(EventLogVersionError, match="has schema 99, this Shopwindow reads 1"):
        EventLog.open(folder)


def test_a_file_whose_making_was_interrupted_is_made_again(folder: Path) -> None:
    folder.mkdir()
    (folder / "new.sqlite").write_bytes(b"half a file")
    (folder / "new.sqlite-journal").write_bytes(b"half")
    with EventLog.open(folder) as log:
        assert log.append(made(2)) == AppendResult(2, 0)
    assert not list(folder.glob("new*"))


def test_a_closed_log_says_so(folder: Path) -> None:
    log = EventLog.open(folder)
    log.close()
    log.close()
    with pytest.raises(EventLogError, match=r"is closed. Open it again"):
        log.append(made(1))


def test_commits_are_synchronous_and_rows_are_overwritten(log: EventLog) -> None:
    connection = log._segments.get_connection(1)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


_WRITER = """
import sys
from events import EventLog
from tests.eventlog.conftest import made
folder, who = sys.argv[1], int(sys.argv[2])
with EventLog.open(folder, rotate_bytes=60_000) as log:
    for batch in range(20):
        log.append([*made(10, batch * 10, user_id=f"u{who}"), *made(10, 10_000 * who + batch * 10)])
"""


def test_several_processes_write_one_log(folder: Path) -> None:
    run = [sys.executable, "-c", _WRITER, str(folder)]
    root = Path(__file__).resolve().parents[2]
    writers = [subprocess.Popen([*run, str(who)], cwd=root) for who in (1, 2, 3)]
    assert [each.wait(timeout=60) for each in writers] == [0, 0, 0]
    with EventLog.open(folder) as log:
        found = [each.event_id for each in everything(log, 100)]
    shared = {f"e{n}" for n in range(200)}
    own = {f"e{10_000 * who + n}" for who in (1, 2, 3) for n in range(200)}
    assert len(files(folder)) >= 2
    assert len(found) == len(set(found))
    assert set(found) == shared | own
