"""The cost of the engine service: recovery time after a kill, and round trip of a request.

The restart is compared with the bare engine, which opens a copy of the same shard, in the state
that the kill left, within one process. The round trip is compared with sending the same values
through a pair of pipes to a process that replies with as many.
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

from benchmarks.fault_processes import Child, Talk, kill, wait_until_gone
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
MAX_RESTART_RATIO, MAX_ROUND_TRIP_RATIO = 1.3, 3.0
_BATCH = 500
_PAUSE_S = 2.0


def measure(place: Path) -> dict[str, Any]:
    """Measure restarts and round trips.

    Returns:
        Medians in seconds and milliseconds, and their ratios beside the greatest accepted ratios.
    """
    folder = place / "index"
    _run_in_child(lambda _: _fill_index(folder))
    wait_until_gone(folder, 60.0)
    restarts, bare = _read_columns(lambda talk: _measure_restarts(talk, folder, place / "bare"))
    wait_until_gone(folder, 60.0)
    ours, pipe = _read_columns(lambda talk: _measure_round_trips(talk, folder))
    return {
        "points": N_POINTS,
        "restart_s": round(float(np.median(restarts)), 4),
        "bare_open_s": round(float(np.median(bare)), 4),
        "restart_ratio": round(float(np.median(np.divide(restarts, bare))), 2),
        "restart_bar": MAX_RESTART_RATIO,
        "restarts_s": restarts,
        "bare_opens_s": bare,
        "round_trip_ms": round(float(np.median(ours)), 4),
        "pipe_ms": round(float(np.median(pipe)), 4),
        "round_trip_ratio": round(float(np.median(np.divide(ours, pipe))), 2),
        "round_trip_bar": MAX_ROUND_TRIP_RATIO,
    }


def _read_columns(work: Any) -> list[list[float]]:
    """Return the two columns of numbers that some work writes in a child process."""
    rows = [[float(number) for number in line.split()] for line in _run_in_child(work)]
    return [list(column) for column in zip(*rows, strict=True)]


def _run_in_child(work: Any) -> list[str]:
    child = Child(work)
    if not child.ended_within(900) or child.code != 0:
        raise RuntimeError(f"the child failed or hung: {child.error()} after {child.lines[-1:]}")
    return child.lines


def _fill_index(folder: Path) -> None:
    spec = FakeEncoder(DIM).spec
    catalog = Catalogue.of(N_POINTS, spec)
    store = EdgeStore(folder, hnsw_min_points=N_POINTS)
    projection = VectorProjection.from_spec(spec)
    dims, photos = projection.dims, projection.multivector_dims
    store.create(StoreSchema(dims, INDEXED_FIELDS, CACHED_FIELDS, photos))
    for start in range(0, N_POINTS, _BATCH):
        store.upsert(catalog.points(start, start + _BATCH, 20.0))
    store.optimize(wait=True)
    store.close()


def _measure_restarts(talk: Talk, folder: Path, copy: Path) -> None:
    """Alternately kill the engine and wait for a reply, and open a copy with the bare engine."""
    store = EdgeStore(folder, hnsw_min_points=10 * N_POINTS)
    shard = folder / read_current_shard(folder).shard
    for number in range(N_RESTARTS + 1):
        pid = store.engine_pid
        started_at = time.perf_counter()
        kill(pid)
        store.count()
        restart_s = time.perf_counter() - started_at
        time.sleep(_PAUSE_S)  # the engine prefetches after it has replied
        copy_sparse_tree(shard, copy)  # no process writes, so it is as the kill left it
        child = Child(lambda talk_back: talk_back.say(f"{_time_open_s(copy):.4f}"))
        child.ended_within(120)
        if number:  # the first round fills the file cache
            talk.say(f"{restart_s:.4f} {child.lines[-1]}")
        shutil.rmtree(copy)
    store.close()


def _time_open_s(shard: Path) -> float:
    started_at = time.perf_counter()
    engine = qdrant_edge.EdgeShard.load(str(shard))
    engine.count(qdrant_edge.CountRequest(exact=True))
    return time.perf_counter() - started_at


def _measure_round_trips(talk: Talk, folder: Path) -> None:
    (request_reader, request_writer), (reply_reader, reply_writer) = (
        multiprocessing.Pipe(duplex=False) for _ in "ab"
    )
    child = os.fork()
    if child == 0:
        _echo(request_reader, reply_writer)
    client = EngineClient(folder, 10 * N_POINTS, ClientTimeouts())
    client.call("version")

    def send_through_pipes() -> None:
        request_writer.send(("version", ()))
        reply_reader.recv()

    pairs = [
        (_time_block_ms(lambda: client.call("version")), _time_block_ms(send_through_pipes))
        for _ in range(N_BLOCKS)
    ]
    kill(child)
    os.waitpid(child, 0)
    client.close()
    for ours, pipe in pairs:
        talk.say(f"{ours} {pipe}")


def _echo(requests: Connection, replies: Connection) -> None:
    while True:
        requests.recv()
        replies.send(("ok", None, "0123456789ab-0"))


def _time_block_ms(call: Any) -> float:
    times = []
    for _ in range(BLOCK):
        started_at = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started_at))
    return statistics.median(times)
