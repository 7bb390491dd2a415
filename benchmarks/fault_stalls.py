"""Forks and stalls: each process gets the replies to its own requests, and none hangs.

A process and the children that it forked search at the same time, each with queries that match only
one product. Then the engine and its supervisor are stopped (SIGSTOP) while eight threads search.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_processes import Child, Talk, find_service
from embed import FakeEncoder
from index import ProductIndex, ProductQuery
from index.store.points import TEXT
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.setting_groups import IndexSettings

N_PRODUCTS = 200
N_CHILDREN = 4
N_QUERIES = 400
N_THREADS = 8
TIMEOUT_S = 2.0
N_STOPS = 5


def measure(place: Path) -> dict[str, Any]:
    """Measure forks and stops.

    Returns:
        Replies and wrong replies after a fork; errors and seconds that callers waited with a
        stopped engine and with a stopped supervisor.
    """
    forked = _run_in_child(lambda talk: _measure_fork(talk, place / "forked"))
    stopped = _run_in_child(lambda talk: _measure_stops(talk, place / "stopped"))
    engine_waits, supervisor_waits = (
        [float(seconds) for seconds in stopped[name].split()] for name in ("engine", "supervisor")
    )
    return {
        "fork": {
            "processes": N_CHILDREN + 1,
            "answers": int(forked["answers"]),
            "wrong": int(forked["wrong"]),
            "search_service": forked["service"],
        },
        "stopped": {
            "timeout_s": TIMEOUT_S,
            "threads": N_THREADS,
            "waited_for_engine_s": engine_waits,
            "longest_s": max(engine_waits),
            "errors": int(stopped["errors"]),
            "waited_with_stopped_supervisor_s": supervisor_waits,
        },
    }


def _run_in_child(work: Any) -> dict[str, str]:
    child = Child(work)
    if not child.ended_within(300) or child.code != 0:
        raise RuntimeError(f"the child failed or hung: {child.error()} after {child.lines[-1:]}")
    return dict(line.split(": ", 1) for line in child.lines)


def _fill_index(folder: Path) -> ProductIndex:
    settings = IndexSettings(timeout_s=TIMEOUT_S)
    index = ProductIndex.open(folder, FakeEncoder(), settings=settings)
    index.add(Product(f"sku-{n}", f"word{n} thing{n}", price=float(n)) for n in range(N_PRODUCTS))
    return index


def _measure_fork(talk: Talk, folder: Path) -> None:
    with _fill_index(folder) as index:
        service = SearchService(index)
        service.search(Query("word1"))
        vectors = FakeEncoder().encode_texts([f"word{n} thing{n}" for n in range(N_PRODUCTS)])
        expected = [_find_nearest(index, vector) for vector in vectors]
        shares = np.array_split(np.arange(N_PRODUCTS), N_CHILDREN + 1)

        def count_in_child(talk: Talk, share: Any) -> None:
            talk.say(str(_count_mismatches(index, vectors, expected, share)))

        children = [Child(partial(count_in_child, share=share)) for share in shares[1:]]
        n_wrong = _count_mismatches(index, vectors, expected, shares[0])
        for child in children:
            child.ended_within(120)
            n_wrong += int(child.lines[-1]) if child.code == 0 else N_QUERIES
        talk.say(f"answers: {N_QUERIES * (N_CHILDREN + 1)}")
        talk.say(f"wrong: {n_wrong}")
        searcher = Child(lambda talk: talk.say(str(service.search(Query("word1")))))
        searcher.ended_within(60)
        talk.say(f"service: {searcher.error().split(':')[0] or 'answers'}")
        service.close()


def _find_nearest(index: ProductIndex, vector: Any) -> str:
    return index.query([ProductQuery(TEXT, vector, limit=1)])[0][0][0]


def _count_mismatches(index: ProductIndex, vectors: Any, expected: list[str], share: Any) -> int:
    """Return how many replies do not belong to their request; an error counts as one."""
    n_mismatches = 0
    for number in range(N_QUERIES):
        product_number = int(share[number % len(share)])
        try:
            n_mismatches += (
                _find_nearest(index, vectors[product_number]) != expected[product_number]
            )
        except ShopwindowError:
            n_mismatches += 1
    return n_mismatches


def _measure_stops(talk: Talk, folder: Path) -> None:
    errors: list[str] = []
    with _fill_index(folder) as index, ThreadPoolExecutor(N_THREADS) as threads:

        def count_products(_: int) -> float:
            started_at = time.monotonic()
            try:
                index.count()
            except ShopwindowError as exc:
                errors.append(str(exc))
            return time.monotonic() - started_at

        waits: dict[str, list[float]] = {"engine": [], "supervisor": []}
        for name, times in waits.items():
            for _ in range(N_STOPS):
                pid = getattr(find_service(folder), name)
                os.kill(pid, signal.SIGSTOP)
                times.append(max(threads.map(count_products, range(N_THREADS))))
                os.kill(pid, signal.SIGCONT) if name == "supervisor" else None
    for name, times in waits.items():
        talk.say(f"{name}: {' '.join(f'{seconds:.3f}' for seconds in times)}")
    talk.say(f"errors: {len(errors)}")
