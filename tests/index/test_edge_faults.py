"""Faults that an embedded index survives: bad values, kills, forks, damage, full disks."""

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from index.store.edge import EdgeStore
from index.store.edge.checksums import compute_checksum, write_checksums
from index.store.edge.client import ClientTimeouts
from index.store.edge.disk_space import copy_sparse_tree, get_allocated_bytes
from index.store.edge.engine import EdgeEngine
from index.store.edge.folder_lock import IndexFolderLock, read_holder_pid
from index.store.edge.index_folder import EdgeFolder
from index.store.edge.messages import pack_message
from index.store.edge.metadata_files import (
    CurrentShard,
    is_index_file,
    read_current_shard,
    write_current_shard,
)
from index.store.edge.socket_address import MAX_SOCKET_PATH_BYTES, connect, get_socket_path, listen
from index.store.edge.startup import start_service
from index.store.edge.update_journal import UpdateJournal
from index.store.points import PHOTO, In, PointUpdate, Range, VectorQuery
from shopwindow.values.errors import (
    DiskFullError,
    IndexLockedError,
    IndexStoreError,
    IndexTimeoutError,
)
from tests.index.test_edge_store import is_running, wait_until
from tests.index.test_store_contract import SCHEMA, fill, make_point, point_id, unit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def store(folder: Path) -> Iterator[EdgeStore]:
    store = EdgeStore(folder)
    yield store
    store.close()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder that was closed normally; tests copy it."""
    folder = tmp_path_factory.mktemp("closed") / "index"
    store = EdgeStore(folder)
    fill(store)
    store.close()
    return folder


def list_paths(folder: Path) -> list[str]:
    """List all paths in a folder except the service's own files."""
    service_files = {"engine.log", "lock", "socket"}
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.name not in service_files
    )


BAD_VALUES = [
    In("color", ("\ud83d",)),
    In("color", ("red", None)),  # type: ignore[arg-type]
    In("in_stock", (10**400,)),
    Range("price", 0, 10**400),
    Range("price", "5", None),  # type: ignore[arg-type]
    "not a condition",
]


@pytest.mark.parametrize("bad", BAD_VALUES, ids=repr)
def test_no_bad_value_kills_the_engine(filled: EdgeStore, bad: object) -> None:
    pid = filled.engine_pid
    with pytest.raises(IndexStoreError, match=r"could not carry out|refused"):
        filled.count((bad,))  # type: ignore[arg-type]
    assert filled.engine_pid == pid
    assert filled.count() == 40


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStore]:
    store = EdgeStore(tmp_path_factory.mktemp("filled") / "index")
    fill(store)
    yield store
    store.close()


def test_a_client_that_sends_no_valid_request_is_disconnected(filled: EdgeStore) -> None:
    pid = filled.engine_pid
    for garbage in (
        b"\xff" * 64,
        pack_message(None),
        pack_message(("hello",)),
        pack_message((5, ())),
        b"\x04\0\0\0\0\0\0\0junk",
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(get_socket_path(Path(filled.location))))
            connection.settimeout(5)
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):  # disconnected before all was read
                while connection.recv(4096):
                    pass
    assert filled.engine_pid == pid
    assert filled.count() == 40


def test_unknown_operations_are_refused(filled: EdgeStore) -> None:
    for name in ("close", "__init__", "_open", "optimise"):
        with pytest.raises(IndexStoreError, match="knows no operation"):
            filled._client.call(name)


def test_a_client_that_stops_in_the_middle_of_a_request_delays_no_other(filled: EdgeStore) -> None:
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(get_socket_path(Path(filled.location))))
        slow.sendall(pack_message(("count", ((),)))[:-3])
        assert filled.count() == 40


def test_a_client_that_reads_no_reply_delays_no_other(filled: EdgeStore) -> None:
    ids = [point_id(number) for number in range(40)] * 200
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(get_socket_path(Path(filled.location))))
        for _ in range(5):
            slow.sendall(pack_message(("filter_ids", (ids, [()] * 60))))
        assert filled.count() == 40


def _count_mismatches(store: EdgeStore, numbers: range) -> int:
    """Count the replies that do not belong to their request."""
    n_mismatches = 0
    for number in numbers:
        for _ in range(10):
            hit_id = store.query([VectorQuery(PHOTO, unit(number), limit=1)])[0][0][0]
            n_mismatches += hit_id != point_id(number)
    return n_mismatches


def _count_mismatches_and_exit(store: EdgeStore, numbers: range) -> None:
    os._exit(_count_mismatches(store, numbers))


def test_parent_and_child_of_a_fork_get_their_own_replies(filled: EdgeStore) -> None:
    process_class = multiprocessing.get_context("fork").Process
    children = [
        process_class(target=_count_mismatches_and_exit, args=(filled, numbers))
        for numbers in (range(20), range(20, 40))
    ]
    for child in children:
        child.start()
    assert _count_mismatches(filled, range(10, 30)) == 0
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    assert filled.count() == 40


def open_filled_with_short_timeout(folder: Path) -> EdgeStore:
    """Open a filled store that soon checks whether the engine was stopped."""
    filling_store = EdgeStore(folder)
    fill(filling_store)
    store = EdgeStore(folder, timeouts=ClientTimeouts(timeout_s=2.0))
    filling_store.close()
    return store


def test_a_stopped_engine_is_replaced_after_the_deadline(folder: Path) -> None:
    store = open_filled_with_short_timeout(folder)
    pid = store.engine_pid
    os.kill(pid, signal.SIGSTOP)
    assert store.count() == 40
    assert store.engine_pid != pid
    os.kill(store.engine_pid, signal.SIGSTOP)
    newcomer = EdgeStore(folder, timeouts=ClientTimeouts(timeout_s=2.0))
    assert newcomer.count() == 40
    newcomer.close()
    store.close()


def test_a_stopped_supervisor_is_replaced(folder: Path) -> None:
    store = open_filled_with_short_timeout(folder)
    engine, supervisor = store.engine_pid, read_holder_pid(folder)
    assert supervisor not in {0, engine}
    for pid in (supervisor, engine):
        os.kill(pid, signal.SIGSTOP)
    assert store.count() == 40
    wait_until(lambda: not is_running(supervisor))
    store.close()


def test_all_threads_that_wait_for_a_stopped_engine_get_a_reply(folder: Path) -> None:
    store = open_filled_with_short_timeout(folder)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            os.kill(store.engine_pid, signal.SIGSTOP)
            assert list(threads.map(lambda _: store.count(), range(8))) == [40] * 8
    store.close()


def test_a_writer_outlasts_a_stopped_engine(folder: Path) -> None:
    store = open_filled_with_short_timeout(folder)
    os.kill(store.engine_pid, signal.SIGSTOP)
    began = time.monotonic()
    with store.lock_writes():
        store.upsert([make_point(40)])
    assert time.monotonic() - began < 20
    assert store.count() == 41
    store.close()


def test_waiting_for_the_write_lock_outlasts_the_engine(store: EdgeStore, folder: Path) -> None:
    fill(store)
    other = EdgeStore(folder)
    written = threading.Event()

    def write() -> None:
        with other.lock_writes():
            other.upsert([make_point(40)])
        written.set()

    waiting = threading.Thread(target=write)
    with store.lock_writes():
        waiting.start()
        time.sleep(0.3)
        os.kill(store.engine_pid, signal.SIGKILL)
        store.upsert([make_point(41)])
    assert written.wait(20)
    waiting.join()
    assert store.count() == 42
    other.close()


def test_a_late_reply_is_an_error_and_reaches_no_other_request(
    filled: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = EdgeStore(Path(filled.location))
    pid = short.engine_pid
    assert pid == filled.engine_pid
    monkeypatch.setattr(short._client, "_timeouts", ClientTimeouts(timeout_s=0.0))
    with pytest.raises(IndexTimeoutError, match="did not answer 'count' within"):
        short.count()
    assert filled.count() == 40
    assert filled.engine_pid == pid, "an engine that is only busy is not killed"
    short.close()


def test_writers_exclude_each_other(store: EdgeStore, folder: Path) -> None:
    fill(store)
    other = EdgeStore(folder, timeouts=ClientTimeouts(write_wait_s=0.2))
    with store.lock_writes():
        with pytest.raises(IndexLockedError, match="has been writing for more than"):
            other.lock_writes().__enter__()
        assert other.count() == 40, "reads continue"
    with other.lock_writes():
        other.upsert([make_point(40)])
    other.close()


def test_the_write_lock_is_released_when_its_process_dies(store: EdgeStore, folder: Path) -> None:
    fill(store)
    code = (
        "import sys, time; from pathlib import Path; from index.store.edge import EdgeStore\n"
        "store = EdgeStore(Path(sys.argv[1])); lock = store.lock_writes(); lock.__enter__()\n"
        "print('locked', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    holder.kill()
    with store.lock_writes():
        store.upsert([make_point(40)])
    holder.wait()
    holder.stdout.close()
    assert store.count() == 41


def test_the_write_lock_outlasts_the_engine(store: EdgeStore, folder: Path) -> None:
    fill(store)
    other = EdgeStore(folder, timeouts=ClientTimeouts(write_wait_s=0.2))
    with store.lock_writes():
        os.kill(store.engine_pid, signal.SIGKILL)
        store.upsert([make_point(40)])
        with pytest.raises(IndexLockedError, match="has been writing"):
            other.lock_writes().__enter__()
    other.close()


def test_threads_read_while_their_process_holds_the_write_lock(store: EdgeStore) -> None:
    fill(store)
    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            list(threads.map(lambda _: store.count(), range(40)))  # a connection for each thread
            with store.lock_writes():
                os.kill(store.engine_pid, signal.SIGKILL)
                assert list(threads.map(lambda _: store.count(), range(8), timeout=30)) == [40] * 8


def test_an_idle_connection_to_a_dead_engine_does_not_break_a_write(store: EdgeStore) -> None:
    fill(store)
    os.kill(store.engine_pid, signal.SIGKILL)
    began = time.monotonic()
    with store.lock_writes():
        store.upsert([make_point(40)])
    assert time.monotonic() - began < 20
    assert store.count() == 41


def test_changes_under_the_write_lock_are_announced_at_its_release(
    store: EdgeStore, folder: Path
) -> None:
    fill(store)
    other = EdgeStore(folder)
    before = other.n_changes
    with store.lock_writes():
        for number in range(40, 43):
            store.upsert([make_point(number)])
    wait_until(lambda: other.n_changes > before, timeout_s=1.0)
    other.close()


@pytest.mark.parametrize(
    "content", ["../other/shard-1 0", "shard-1", "", "{}", "shard-1 x", "\x80"]
)
def test_a_damaged_current_file_deletes_nothing(closed: Path, folder: Path, content: str) -> None:
    copy_sparse_tree(closed, folder)
    original = (folder / "current").read_bytes()
    paths_before = list_paths(folder)
    (folder / "current").write_text(content)
    with pytest.raises(IndexStoreError, match=r"is damaged\. Nothing was deleted"):
        EdgeStore(folder)
    assert list_paths(folder) == paths_before
    (folder / "current").write_bytes(original)
    reopened = EdgeStore(folder)
    assert reopened.count() == 40
    reopened.close()


def test_a_current_file_without_checksum_is_read(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    (folder / "current").write_text(f"{read_current_shard(folder).shard} 0")
    again = EdgeStore(folder)
    assert again.count() == 40
    again.close()


def test_a_current_file_that_names_a_missing_shard_deletes_nothing(
    closed: Path, folder: Path
) -> None:
    copy_sparse_tree(closed, folder)
    paths_before = list_paths(folder)
    write_current_shard(folder, CurrentShard("shard-99"))
    with pytest.raises(IndexStoreError, match="names shard-99, which is not there"):
        EdgeStore(folder)
    assert list_paths(folder) == paths_before


def test_a_missing_current_file_deletes_nothing(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    (folder / "current").unlink()
    with pytest.raises(IndexStoreError, match="has products in shard-"):
        EdgeStore(folder)
    assert len(list(folder.glob("shard-*"))) == 1


def list_small_files(folder: Path) -> list[str]:
    """List one path for each kind of small file of an index."""
    path_by_kind = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and 0 < path.stat().st_size < 70_000 and path.name not in ("lock",):
            parts = path.relative_to(folder).parts
            path_by_kind[(path.name, parts[3].split("-")[0] if len(parts) > 3 else "")] = path
    return [path.relative_to(folder).as_posix() for path in path_by_kind.values()]


def test_a_changed_byte_of_any_small_file_is_detected(closed: Path, folder: Path) -> None:
    names = [name for name in list_small_files(closed) if not name.endswith(".log")]
    assert len(names) > 20
    copy_sparse_tree(closed, folder)
    for name in names:
        path = folder / name
        original = path.read_bytes()
        middle = len(original) // 2
        path.write_bytes(
            original[:middle] + bytes([original[middle] ^ 0x20]) + original[middle + 1 :]
        )
        with pytest.raises(IndexStoreError, match=r"damaged|not there"):
            EdgeFolder(folder)
        path.write_bytes(original)
    reopened = EdgeStore(folder)
    assert len(reopened.retrieve([point_id(number) for number in range(40)], vectors=True)) == 40
    reopened.close()


def test_leftovers_of_an_interrupted_creation_are_no_obstacle(folder: Path) -> None:
    EdgeEngine.create(folder / "shard-1", SCHEMA).close()  # as earlier versions left it
    EdgeEngine.create(folder / "build-1", SCHEMA).close()
    store = EdgeStore(folder)
    assert not store.exists
    fill(store)
    assert not (folder / "build-1").exists()
    store.close()
    again = EdgeStore(folder)
    assert again.count() == 40
    again.close()


def test_only_proven_leftovers_are_removed(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    for name in ("shard-aa", "shard-bb", "build-cc"):
        (folder / name).mkdir()
    write_current_shard(
        folder, CurrentShard(read_current_shard(folder).shard, stale_shard="shard-bb")
    )
    store = EdgeStore(folder)
    assert store.count() == 40
    assert (folder / "shard-aa").exists(), "not a proven leftover"
    assert not (folder / "shard-bb").exists()
    assert not (folder / "build-cc").exists()
    store.close()


def test_a_full_disk_refuses_writes_and_serves_reads(
    closed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_sparse_tree(closed, folder)
    served = EdgeFolder(folder)
    monkeypatch.setattr("index.store.edge.disk_space.get_free_bytes", lambda _: 40_000_000)
    monkeypatch.setattr("index.store.edge.graph_build.get_allocated_bytes", lambda _: 100_000_000)
    served.handle("upsert", ([make_point(40)],), 1_000_000)
    with pytest.raises(DiskFullError, match=r"is full: 40\.0 MB are free, and 41\.6 MB"):
        served.handle("upsert", ([make_point(41)],), 2_000_000)
    with pytest.raises(DiskFullError, match=r"is full: 40\.0 MB are free, and 41\.6 MB"):
        served.handle("update_points", (make_updates(77.0),), 2_000_000)
    assert count_at(served, 77.0) == 0
    assert served.handle("count", ((),), 0) == 41
    served.handle("delete", ([point_id(40)],), 2_000_000)
    monkeypatch.setattr("index.store.edge.disk_space.get_free_bytes", lambda _: 8_000_000)
    with pytest.raises(DiskFullError, match=r"8\.0 MB are free, and 8\.4 MB are needed"):
        served.handle("delete", ([point_id(39)],), 0)
    monkeypatch.setattr("index.store.edge.disk_space.get_free_bytes", lambda _: 40_000_000)
    served.start_graph_build(hnsw_min_points=1)
    while served.is_building:
        served.swap_ready_graph()
    assert "the disk of" in served.get_graph_status()["failed"]
    served.close()


@pytest.mark.parametrize("reason", ["read-only", "full"])
def test_a_folder_that_is_not_writable_can_be_searched(
    closed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    copy_sparse_tree(closed, folder)
    times_before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    if reason == "read-only":
        monkeypatch.setattr("index.store.edge.index_folder._is_writable", lambda _: False)
    else:
        monkeypatch.setattr("index.store.edge.index_folder.get_free_bytes", lambda _: 1_000)
    served = EdgeFolder(folder)
    assert served.handle("count", ((),), 0) == 40
    assert len(served.handle("query", ([VectorQuery(PHOTO, unit(3), limit=5)],), 0)[0]) == 5
    updates = ("update_points", (make_updates(77.0),))
    for name, args in (("upsert", ([make_point(40)],)), ("write_manifest", ({},)), updates):
        with pytest.raises(IndexStoreError, match="can be searched, but not changed"):
            served.handle(name, args, 0)
    served.close()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times_before


def make_updates(price: float) -> list[PointUpdate]:
    return [PointUpdate(point_id(number), {"price": price}) for number in range(4)]


def test_updates_that_a_crash_left_half_done_are_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    opened = EdgeFolder(folder)
    opened.create(SCHEMA, None)
    opened.handle("upsert", ([make_point(number) for number in range(4)],), 0)

    def update_one_and_die(engine: EdgeEngine, updates: list[PointUpdate]) -> None:
        update(engine, updates[:1])
        raise KeyboardInterrupt  # in place of a kill: nothing after it runs

    update = EdgeEngine.update_points
    monkeypatch.setattr(EdgeEngine, "update_points", update_one_and_die)
    with pytest.raises(KeyboardInterrupt):
        opened.handle("update_points", (make_updates(77.0),), 0)
    monkeypatch.undo()
    assert count_at(opened, 77.0) == 1
    copy = folder.with_name("crashed")
    copy_sparse_tree(folder, copy)
    crashed = EdgeFolder(copy)
    assert count_at(crashed, 77.0) == 4
    crashed.close()
    opened.close()


def count_at(folder: EdgeFolder, price: float) -> int:
    return int(folder.handle("count", ((Range("price", price, price),),), 0))


def test_a_journal_is_read_as_it_was_written(folder: Path) -> None:
    folder.mkdir()
    vector = make_point(1).sparse_vector
    changes = {"price": None, "color": ["أحمر"], "n": 0.1}
    written = [
        PointUpdate(point_id(1), changes, {"product": {"price": 1.5}}, vector),
        PointUpdate(point_id(2), {}),
    ]
    UpdateJournal(folder).write(written)
    first, second = UpdateJournal(folder).read()
    assert (first.id, first.changes, first.nested_changes) == (
        point_id(1), changes, {"product": {"price": 1.5}}
    )  # fmt: skip
    assert vector is not None
    assert first.sparse_vector is not None
    assert first.sparse_vector.indices.tolist() == vector.indices.tolist()
    assert first.sparse_vector.values.tolist() == vector.values.tolist()
    assert second == written[1]


@pytest.mark.parametrize("damage", [b"", b"x", bytes(16) + b"[]"])
def test_a_journal_that_was_not_written_whole_is_passed_over(
    closed: Path, folder: Path, damage: bytes
) -> None:
    shutil.copytree(closed, folder)
    journal = UpdateJournal(folder)
    journal.write(make_updates(77.0))
    path = next(folder.glob("*.journal"))
    path.write_bytes(path.read_bytes()[:-1] if damage == b"x" else damage)
    opened = EdgeFolder(folder)
    assert count_at(opened, 77.0) == 0
    opened.close()
    assert not path.exists()


@pytest.mark.parametrize("write", ["upsert", "delete", "update_sparse_vectors"])
def test_no_journal_is_repeated_after_another_write(closed: Path, folder: Path, write: str) -> None:
    shutil.copytree(closed, folder)
    opened = EdgeFolder(folder)
    opened.handle("update_points", (make_updates(77.0),), 0)
    assert len(UpdateJournal(folder).read()) == 4
    arguments: dict[str, object] = {"upsert": [make_point(1)], "delete": [point_id(0)]}
    opened.handle(write, (arguments.get(write, {point_id(1): make_point(1).sparse_vector}),), 0)
    assert UpdateJournal(folder).read() == []
    opened.close()


def test_updates_during_a_graph_build_reach_the_new_graph(folder: Path) -> None:
    store = EdgeStore(folder, hnsw_min_points=10)
    fill(store)
    store.optimize()
    store.update_points(make_updates(77.0))
    store.optimize(wait=True)
    assert store.count((Range("price", 77.0, 77.0),)) == 4
    store.close()


def test_an_update_is_retried_when_the_engine_dies(store: EdgeStore) -> None:
    fill(store)
    os.kill(store.engine_pid, signal.SIGKILL)
    store.update_points(make_updates(77.0))
    assert store.count((Range("price", 77.0, 77.0),)) == 4


def test_another_process_notices_an_update(store: EdgeStore, folder: Path) -> None:
    fill(store)
    other = EdgeStore(folder)
    before = other.n_changes
    store.update_points(make_updates(77.0))
    wait_until(lambda: other.n_changes > before)
    assert other.count((Range("price", 77.0, 77.0),)) == 4
    other.close()


def test_holes_stay_holes_in_a_copy(closed: Path, tmp_path: Path) -> None:
    copy_sparse_tree(closed, tmp_path / "copy")
    assert get_allocated_bytes(tmp_path / "copy") < 2 * get_allocated_bytes(closed) + 1_000_000
    for path in closed.rglob("*"):
        if path.is_file():
            copied = tmp_path / "copy" / path.relative_to(closed)
            assert copied.read_bytes() == path.read_bytes()


def test_a_stale_socket_is_replaced(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(get_socket_path(folder)))
    store = EdgeStore(folder)
    assert store.count() == 40
    assert get_socket_path(folder).stat().st_mode & 0o777 == 0o600
    store.close()
    wait_until(lambda: not get_socket_path(folder).exists())


def test_a_folder_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * MAX_SOCKET_PATH_BYTES) / "index"
    assert len(os.fsencode(get_socket_path(folder))) <= MAX_SOCKET_PATH_BYTES
    first, second = EdgeStore(folder), EdgeStore(folder)
    fill(first)
    assert second.count() == 40
    first.close()
    second.close()


def test_an_unreachable_lock_holder_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    lock = IndexFolderLock(folder)
    assert lock.acquire()
    monkeypatch.setenv("_SHOPWINDOW_LOCK_WAIT_S", "0.2")
    with pytest.raises(IndexLockedError, match="in use by another user or an older Shopwindow"):
        EdgeStore(folder)
    lock.release()


def test_a_client_that_connects_while_a_service_ends_starts_another(folder: Path) -> None:
    folder.mkdir()
    lock, socket_path = IndexFolderLock(folder), get_socket_path(folder)
    assert lock.acquire()
    listener = listen(socket_path)

    def end() -> None:
        for _ in ("the store", "the service that it starts meanwhile"):
            listener.accept()[0].close()
        socket_path.unlink()
        listener.close()
        lock.release()

    thread = threading.Thread(target=end)
    thread.start()
    store = EdgeStore(folder)
    fill(store)
    store.close()
    thread.join()


def test_a_service_waits_for_its_first_client_though_others_probe_it(folder: Path) -> None:
    start_service(folder)
    for _ in range(3):
        connect(get_socket_path(folder), timeout_s=5.0).close()
        time.sleep(0.2)
    connect(get_socket_path(folder), timeout_s=5.0).close()
    EdgeStore(folder).close()
    wait_until(lambda: not get_socket_path(folder).exists(), timeout_s=5.0)


def test_short_lived_clients_find_a_service_every_time(folder: Path) -> None:
    store = EdgeStore(folder)
    fill(store)
    store.close()

    def open_and_count(_: int) -> int:
        store = EdgeStore(folder)
        n_points = store.count()
        store.close()
        return n_points

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(open_and_count, range(12))) == [40] * 12


def test_an_engine_exits_when_its_folder_is_removed(store: EdgeStore, folder: Path) -> None:
    fill(store)
    pid = store.engine_pid
    shutil.rmtree(folder)
    wait_until(lambda: not is_running(pid))
    fresh = EdgeStore(folder)
    assert not fresh.exists
    fresh.close()


def test_a_folder_named_like_one_of_our_packages_shadows_nothing(tmp_path: Path) -> None:
    for name in ("shopwindow", "index", "numpy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not ours')")
    code = (
        f"import sys; sys.path[0] = {str(ROOT)!r}\n"
        "from pathlib import Path; from index.store.edge import EdgeStore\n"
        "store = EdgeStore(Path('shop/index')); print(store.exists); store.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr


def test_opening_waits_for_a_dying_process_to_release_the_log(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    shard = folder / read_current_shard(folder).shard
    code = (
        "import sys, time; from pathlib import Path\n"
        "from index.store.edge.engine import EdgeEngine\n"
        "from tests.index.test_store_contract import SCHEMA\n"
        "engine = EdgeEngine.load(Path(sys.argv[1]), SCHEMA); print('open', flush=True)\n"
        "time.sleep(1.0); engine.close()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(shard)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    started_at = time.monotonic()
    engine = EdgeEngine.load(shard, SCHEMA)
    assert time.monotonic() - started_at > 0.3
    assert engine.count(()) == 40
    engine.close()
    holder.wait()
    holder.stdout.close()


def test_every_file_of_an_index_is_recognized_as_an_index_file(
    store: EdgeStore, folder: Path
) -> None:
    fill(store)
    store.write_manifest({"a": 1})
    assert [path.name for path in folder.iterdir() if not is_index_file(path.name)] == []


def test_a_checksum_is_the_same_for_holes_and_written_zeros(tmp_path: Path) -> None:
    holes, written = tmp_path / "holes", tmp_path / "written"
    with holes.open("wb") as file:
        file.truncate(1_000_000)
        file.seek(500_000)
        file.write(b"here")
    written.write_bytes(holes.read_bytes())
    assert compute_checksum(holes) == compute_checksum(written)
    for change in (b"Here", b"\0\0\0\0"):
        with written.open("r+b") as file:
            file.seek(500_000)
            file.write(change)
        assert compute_checksum(holes) != compute_checksum(written)
    with holes.open("ab") as file:
        file.truncate(1_000_001)
    written.write_bytes(holes.read_bytes()[:-1])
    assert compute_checksum(holes) != compute_checksum(written)


def test_a_changed_bit_in_a_long_sparse_file_is_detected(closed: Path, folder: Path) -> None:
    copy_sparse_tree(closed, folder)
    sparse_files = [
        path for path in folder.rglob("*") if path.name in {"flags_a.dat", "page_0.dat"}
    ]
    assert len(sparse_files) > 10
    for path in sparse_files[::3]:
        with path.open("r+b") as file:
            original = file.read(1)
            file.seek(0)
            file.write(bytes([original[0] ^ 1]))
        with pytest.raises(IndexStoreError, match=r"is damaged\. Nothing was deleted"):
            EdgeFolder(folder)
        with path.open("r+b") as file:
            file.write(original)
    served = EdgeFolder(folder)
    assert served.handle("count", ((),), 0) == 40
    served.close()


def test_an_index_opens_when_its_holes_were_written_out(closed: Path, folder: Path) -> None:
    shutil.copytree(closed, folder, ignore=shutil.ignore_patterns("socket"))
    served = EdgeFolder(folder)
    assert served.handle("count", ((),), 0) == 40
    served.close()


def test_flag_files_get_checksums_even_if_the_disk_fills_their_holes(
    closed: Path, folder: Path
) -> None:
    shutil.copytree(closed, folder, ignore=shutil.ignore_patterns("socket", "sums.json"))
    write_checksums(folder, next(folder.glob("shard-*")))
    flags = [path for path in folder.rglob("flags_a.dat") if "deleted" in path.parts]
    assert flags
    for path in flags:
        content = path.read_bytes()
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        with pytest.raises(IndexStoreError, match=r"flags_a\.dat is damaged"):
            EdgeFolder(folder)
        path.write_bytes(content)
