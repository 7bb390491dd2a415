"""What the service costs: the time to be back after a kill, and the round trip of a request.

The restart is compared with the bare engine, which opens a copy of the same shard, in the state in
which the kill left it, in one process. The round trip is compared with that of the same values
through a pair of pipes to a process that answers with as many.
"""

import multiprocessing
import os
import shutil
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge

from benchmarks.fault_processes import Child, Talk, gone_within, kill
from benchmarks.latency import Catalogue
from embed import FakeEncoder
from index.payload import CACHED_FIELDS, INDEXED_FIELDS
from index.store.edge import EdgeStore
from index.store.edge.client import ClientTimeouts, EngineClient
from index.store.edge.disk_space import copy_sparse_tree
from index.store.edge.metadata_files import read_current_shard
from index.store.points import StoreSchema
from index.vector_projection import VectorProjection

N_POINTS = 20_000
DIM = 256
N_RESTARTS = 9
N_BLOCKS, BLOCK = 30, 200
BAR_RESTART, BAR_ROUND_TRIP = 1.3, 3.0
_BATCH = 500
_PAUSE_S = 2.0


def measure(place: Path) -> dict[str, Any]:
    """Measure restarts and round trips.

    Returns:
        Medians in seconds and milliseconds, and their ratios beside the bars.
    """
    folder = place / "index"
    _done(lambda _: _fill(folder))
    gone_within(folder, 60.0)
    restarts, bare = _both(lambda talk: _restart(talk, folder, place / "bare"))
    gone_within(folder, 60.0)
    ours, pipe = _both(lambda talk: _trips(talk, folder))
    return {
        "points": N_POINTS,
        "restart_s": round(float(np.median(restarts)), 4),
        "bare_open_s": round(float(np.median(bare)), 4),
        "restart_ratio": round(float(np.median(np.divide(restarts, bare))), 2),
        "restart_bar": BAR_RESTART,
        "restarts_s": restarts,
        "bare_opens_s": bare,
        "round_trip_ms": round(float(np.median(ours)), 4),
        "pipe_ms": round(float(np.median(pipe)), 4),
        "round_trip_ratio": round(float(np.median(np.divide(ours, pipe))), 2),
        "round_trip_bar": BAR_ROUND_TRIP,
    }


def _both(work: Any) -> list[list[float]]:
    """Return the two columns of numbers that some work says line by line."""
    rows = [[float(each) for each in line.split()] for line in _done(work)]
    return [list(column) for column in zip(*rows, strict=True)]


def _done(work: Any) -> list[str]:
    child = Child(work)
    if not child.ended_within(900) or child.code != 0:
        raise RuntimeError(f"it failed or hung: {child.error()} after {child.lines[-1:]}")
    return child.lines


def _fill(folder: Path) -> None:
    spec = FakeEncoder(DIM).spec
    catalogue = Catalogue.of(N_POINTS, spec)
    store = EdgeStore(folder, hnsw_min_points=N_POINTS)
    store.create(StoreSchema(VectorProjection.from_spec(spec).dims, INDEXED_FIELDS, CACHED_FIELDS))
    for start in range(0, N_POINTS, _BATCH):
        store.upsert(catalogue.points(start, start + _BATCH, 20.0))
    store.optimize(wait=True)
    store.close()


def _restart(talk: Talk, folder: Path, copy: Path) -> None:
    """Kill the engine and wait for the next answer; by turns, open a copy with the bare engine."""
    store = EdgeStore(folder, hnsw_min_points=10 * N_POINTS)
    shard = folder / read_current_shard(folder).shard
    for number in range(N_RESTARTS + 1):
        pid = store.engine_pid
        began = time.perf_counter()
        kill(pid)
        store.count()
        took_s = time.perf_counter() - began
        time.sleep(_PAUSE_S)  # the engine reads ahead after it has answered
        copy_sparse_tree(shard, copy)  # nobody writes: it is as the kill left it
        child = Child(lambda inner: inner.say(f"{_opened_s(copy):.4f}"))
        child.ended_within(120)
        if number:  # the first one reads files that later ones find in memory
            talk.say(f"{took_s:.4f} {child.lines[-1]}")
        shutil.rmtree(copy)
    store.close()


def _opened_s(shard: Path) -> float:
    began = time.perf_counter()
    opened = qdrant_edge.EdgeShard.load(str(shard))
    opened.count(qdrant_edge.CountRequest(exact=True))
    return time.perf_counter() - began


def _trips(talk: Talk, folder: Path) -> None:
    (question, asking), (answering, answer) = (multiprocessing.Pipe(duplex=False) for _ in "ab")
    child = os.fork()
    if child == 0:
        _echo(question, answer)
    client = EngineClient(folder, 10 * N_POINTS, ClientTimeouts())
    client.call("version")

    def piped() -> None:
        asking.send(("version", ()))
        answering.recv()

    pairs = [(_block_ms(lambda: client.call("version")), _block_ms(piped)) for _ in range(N_BLOCKS)]
    kill(child)
    os.waitpid(child, 0)
    client.close()
    for ours, pipe in pairs:
        talk.say(f"{ours} {pipe}")


def _echo(question: Connection, answer: Connection) -> None:
    while True:
        question.recv()
        answer.send(("ok", None, "0123456789ab-0"))


def _block_ms(call: Any) -> float:
    taken = []
    for _ in range(BLOCK):
        began = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)
