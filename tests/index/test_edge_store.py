"""What only the embedded store can get wrong: processes, crashes, and the graph."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import IndexLockedError, IndexStoreError
from index.edge import EdgeStore
from index.exact_store import ExactStore
from index.points import PHOTO, AnyOf, Between, LegQuery
from index.store import VectorStore
from tests.index.test_store_contract import SCHEMA, fill, make_point, point_id, unit

GRAPH_FROM = 500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def store(folder: Path) -> Iterator[EdgeStore]:
    store = EdgeStore(folder, hnsw_from=GRAPH_FROM)
    yield store
    store.close()


def test_what_was_acknowledged_survives_kill_9(store: EdgeStore) -> None:
    fill(store, 30)
    os.kill(store.worker_pid, signal.SIGKILL)
    with pytest.raises(IndexStoreError, match="What was acknowledged is safe"):
        store.upsert([make_point(30)])
    assert store.count() == 30, "the next call starts the engine again"
    store.upsert([make_point(30)])
    assert store.count() == 31


def test_the_worker_ends_with_its_store(folder: Path) -> None:
    store = EdgeStore(folder)
    pid = store.worker_pid
    store.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(IndexStoreError, match="is closed"):
        store.create(SCHEMA)


def test_a_second_process_is_refused_and_a_later_one_is_not(store: EdgeStore, folder: Path) -> None:
    fill(store)
    with pytest.raises(IndexLockedError, match="in use by another process"):
        EdgeStore(folder)
    assert store.count() == 40
    store.close()
    again = EdgeStore(folder)
    assert again.count() == 40
    again.close()


def test_an_interrupt_between_request_and_reply_loses_no_step(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    receive = type(store._worker)._receive

    def interrupted(worker: object) -> object:
        monkeypatch.setattr(type(store._worker), "_receive", receive)
        raise KeyboardInterrupt

    monkeypatch.setattr(type(store._worker), "_receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.count((AnyOf("color", ("red",)),))
    assert store.count() == 40, "not the answer to the question before"


def fill_many(store: VectorStore, n_points: int) -> None:
    store.create(SCHEMA)
    for start in range(0, n_points, 250):
        store.upsert([make_point(number) for number in range(start, start + 250)])


def test_searches_and_writes_go_on_while_the_graph_is_built(store: EdgeStore) -> None:
    fill_many(store, 2000)
    store.optimise(wait=False)
    answers, number = 0, 2000
    while store._call("building")["running"]:
        assert len(store.query([LegQuery(PHOTO, unit(3), limit=10)])[0]) == 10
        store.upsert([make_point(number)])
        store.delete([point_id(number - 2000)])
        answers, number = answers + 1, number + 1
    assert answers >= 2, "the build must not block"
    assert store._call("building")["failed"] == ""
    assert store.count() == 2000
    last = store.retrieve([point_id(number - 1), point_id(0)])
    assert set(last) == {point_id(number - 1)}, "writes during the build are in the new shard"
    assert len(list(Path(store.location).glob("shard-*"))) == 1


def test_the_graph_finds_what_exact_search_finds(store: EdgeStore, folder: Path) -> None:
    oracle = ExactStore()
    fill_many(store, 1500)
    fill_many(oracle, 1500)
    store.optimise(wait=True)
    cases = [(), (AnyOf("color", ("red",)),), (Between("price", 100, 400), AnyOf("in_stock", (1,)))]
    for conditions in cases:
        legs = [LegQuery(PHOTO, unit(9000 + n), conditions, limit=10) for n in range(20)]
        pairs = zip(store.query(legs), oracle.query(legs), strict=True)
        shares = [len({a for a, _ in x} & {b for b, _ in y}) / len(y) for x, y in pairs]
        assert np.mean(shares) >= 0.98
    store.close()
    reopened = EdgeStore(folder, hnsw_from=GRAPH_FROM)
    assert reopened.count() == 1500
    shards = list(folder.glob("shard-*"))
    reopened.optimise(wait=True)
    assert list(folder.glob("shard-*")) == shards, "nothing new, nothing to build"
    reopened.close()


def test_a_kill_during_the_build_loses_nothing(store: EdgeStore, folder: Path) -> None:
    fill_many(store, 1000)
    store.optimise(wait=False)
    store.upsert([make_point(5000)])
    os.kill(store.worker_pid, signal.SIGKILL)
    with pytest.raises(IndexStoreError, match="ended"):
        store.count()
    assert store.count() == 1001
    assert len(list(folder.glob("shard-*"))) == 1, "the half-built copy is gone"


def test_many_threads_get_their_own_answers(store: EdgeStore) -> None:
    fill(store)
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(20):
            found = store.query([LegQuery(PHOTO, unit(number), limit=1)])[0][0][0]
            if found != point_id(number):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_build_that_fails_says_so_and_searches_go_on(store: EdgeStore, folder: Path) -> None:
    fill_many(store, 500)
    (folder / "schema.json").rename(folder / "gone.json")
    with pytest.raises(IndexStoreError, match="could not be built"):
        store.optimise(wait=True)
    assert store.count() == 500
