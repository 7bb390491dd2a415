"""Behaviour that only the embedded store has: processes, crashes, and the graph."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.store.contract import VectorStore
from index.store.edge import EdgeStore
from index.store.edge.messages import send_and_receive
from index.store.exact import ExactStore
from index.store.points import PHOTO, In, Range, VectorQuery
from shopwindow.values.errors import IndexStoreError
from tests.index.test_store_contract import SCHEMA, fill, make_point, point_id, unit

HNSW_MIN_POINTS = 500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def store(folder: Path) -> Iterator[EdgeStore]:
    store = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    yield store
    store.close()


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Wait until a condition holds, and fail if it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_reads_and_writes_survive_kill_9_of_the_engine(store: EdgeStore) -> None:
    fill(store, 30)
    for number in range(30, 36):
        os.kill(store.engine_pid, signal.SIGKILL)
        assert store.count() == number, "a read is retried"
        os.kill(store.engine_pid, signal.SIGKILL)
        store.upsert([make_point(number)])
    assert store.count() == 36


def test_creating_twice_is_refused(store: EdgeStore) -> None:
    fill(store)
    with pytest.raises(IndexStoreError, match="there is an index at"):
        store.create(SCHEMA)


@pytest.mark.parametrize("is_done", [False, True], ids=["before it is done", "after it is done"])
def test_a_creation_during_which_the_engine_dies_is_completed(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    pid = store.engine_pid

    def die(*request: Any) -> object:
        monkeypatch.undo()
        if is_done:
            send_and_receive(*request)
        os.kill(pid, signal.SIGKILL)
        raise EOFError

    monkeypatch.setattr("index.store.edge.connection.send_and_receive", die)
    store.create(SCHEMA, {"a": 1})
    assert store.exists
    assert store.read_manifest() == {"a": 1}
    store.upsert([make_point(0)])
    assert store.count() == 1


def test_the_engine_exits_with_its_last_client(folder: Path) -> None:
    first, second = EdgeStore(folder), EdgeStore(folder)
    pid = first.engine_pid
    assert second.engine_pid == pid, "one engine serves both"
    first.close()
    assert not second.exists
    assert is_running(pid)
    second.close()
    wait_until(lambda: not is_running(pid))
    with pytest.raises(IndexStoreError, match="is closed"):
        first.create(SCHEMA)


def test_two_stores_share_a_folder(store: EdgeStore, folder: Path) -> None:
    other = EdgeStore(folder)
    assert not other.exists
    fill(store)
    wait_until(lambda: other.exists, timeout_s=1.0)
    assert other.count() == 40
    other.upsert([make_point(40)])
    assert store.count() == 41
    other.close()
    store.close()
    again = EdgeStore(folder)
    assert again.count() == 41
    again.close()


def test_an_interrupt_between_request_and_reply_keeps_replies_in_step(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)

    def interrupt(*_: object) -> object:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("index.store.edge.connection.send_and_receive", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.count((In("color", ("red",)),))
    assert store.count() == 40, "not the reply to the request before"


def fill_many(store: VectorStore, n_points: int) -> None:
    store.create(SCHEMA)
    with store.lock_writes():  # a due graph is built once the lock is released
        for start in range(0, n_points, 250):
            store.upsert([make_point(number) for number in range(start, start + 250)])


def test_searches_and_writes_continue_while_the_graph_is_built(store: EdgeStore) -> None:
    fill_many(store, 2000)
    store.optimize(wait=False)
    n_rounds, number = 0, 2000
    while store.info()["graph"] == "being built":
        assert len(store.query([VectorQuery(PHOTO, unit(3), limit=10)])[0]) == 10
        store.upsert([make_point(number)])
        store.delete([point_id(number - 2000)])
        n_rounds, number = n_rounds + 1, number + 1
    assert n_rounds >= 2, "the build must not block"
    assert "could not" not in store.info()["graph"]
    assert store.count() == 2000
    retrieved = store.retrieve([point_id(number - 1), point_id(0)])
    assert set(retrieved) == {point_id(number - 1)}, "writes during the build are in the new shard"
    assert len(list(Path(store.location).glob("shard-*"))) == 1


def test_the_graph_finds_what_exact_search_finds(store: EdgeStore, folder: Path) -> None:
    oracle = ExactStore()
    fill_many(store, 1500)
    fill_many(oracle, 1500)
    store.optimize(wait=True)
    cases = [(), (In("color", ("red",)),), (Range("price", 100, 400), In("in_stock", (1,)))]
    for conditions in cases:
        queries = [VectorQuery(PHOTO, unit(9000 + n), conditions, limit=10) for n in range(20)]
        results = zip(store.query(queries), oracle.query(queries), strict=True)
        recalls = [
            len({hit_id for hit_id, _ in hits} & {hit_id for hit_id, _ in exact}) / len(exact)
            for hits, exact in results
        ]
        assert np.mean(recalls) >= 0.98
    store.close()
    reopened = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    assert reopened.count() == 1500
    shards = list(folder.glob("shard-*"))
    reopened.optimize(wait=True)
    assert list(folder.glob("shard-*")) == shards, "nothing new, nothing to build"
    reopened.close()


def test_a_kill_during_the_build_loses_nothing(store: EdgeStore, folder: Path) -> None:
    fill_many(store, 1000)
    store.optimize(wait=False)
    store.upsert([make_point(5000)])
    os.kill(store.engine_pid, signal.SIGKILL)
    assert store.count() == 1001
    assert len(list(folder.glob("shard-*"))) == 1
    wait_until(lambda: store.info()["graph"] == "built")
    assert store.info()["unindexed_vectors"] == 0
    assert store.count() == 1001
    assert list(folder.glob("build-*")) == [], "the half-built copy is gone"


def test_many_threads_get_their_own_replies(store: EdgeStore) -> None:
    fill(store)
    mismatches: list[int] = []

    def search(number: int) -> None:
        for _ in range(20):
            hit_id = store.query([VectorQuery(PHOTO, unit(number), limit=1)])[0][0][0]
            if hit_id != point_id(number):
                mismatches.append(number)

    threads = [threading.Thread(target=search, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mismatches == []


def test_a_failed_build_is_reported_and_searches_continue(store: EdgeStore, folder: Path) -> None:
    fill_many(store, 500)
    (folder / "schema.json").rename(folder / "gone.json")
    with pytest.raises(IndexStoreError, match="could not be built"):
        store.optimize(wait=True)
    assert store.count() == 500


def test_a_due_graph_is_built_by_the_next_process_that_opens_the_folder(folder: Path) -> None:
    early = EdgeStore(folder, hnsw_min_points=10**6)
    fill_many(early, 1000)
    assert early.info()["graph"].startswith("not needed: below 1,000,000 products")
    early.close()
    later = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    assert later.info()["unindexed_vectors"] in {0, 1000}
    wait_until(lambda: later.info()["graph"] == "built", timeout_s=30)
    assert later.info()["unindexed_vectors"] == 0
    later.upsert([make_point(number) for number in range(300)])
    later.close()
    again = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    wait_until(lambda: again.info()["unindexed_vectors"] == 0, timeout_s=30)
    assert again.count() == 1000, "rewritten points are due after a restart too"
    again.close()


def test_an_engine_that_builds_a_graph_outlives_its_last_client(folder: Path) -> None:
    store = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    fill_many(store, 1500)
    store.optimize(wait=False)
    pid = store.engine_pid
    store.close()
    assert is_running(pid)
    wait_until(lambda: not is_running(pid), timeout_s=30)
    again = EdgeStore(folder, hnsw_min_points=HNSW_MIN_POINTS)
    assert again.info()["graph"] == "built"
    again.close()


def test_waiting_for_the_graph_waits_until_it_has_all_points(store: EdgeStore) -> None:
    store.create(SCHEMA)
    store.upsert([make_point(number) for number in range(500)])
    store.optimize(wait=False)
    assert store.info()["graph"] == "being built"
    for start in range(500, 1500, 250):
        store.upsert([make_point(number) for number in range(start, start + 250)])
    store.optimize(wait=True)
    assert store.info()["graph"] == "built"
    assert store.info()["unindexed_vectors"] == 0
