"""Forks and stalls: everybody gets their own answers, and nobody waits for ever.

A process asks beside the children that it forked, each for things that only one product answers.
Then the engine and its keeper are stopped (SIGSTOP) while eight threads ask.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_processes import Child, Talk, service_of
from embed import FakeEncoder
from index import ProductIndex
from index.store.points import TEXT, VectorQuery
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.settings import IndexSettings

N_PRODUCTS = 200
N_CHILDREN = 4
N_ASKED = 400
N_THREADS = 8
TIMEOUT_S = 2.0
N_STOPS = 5


def measure(place: Path) -> dict[str, Any]:
    """Fork, and stop.

    Returns:
        Answers, wrong ones and errors after a fork; seconds that callers waited for a stopped
        engine and for one with a stopped keeper.
    """
    forked = _told(lambda talk: _fork(talk, place / "forked"))
    stopped = _told(lambda talk: _stop(talk, place / "stopped"))
    engine, keeper = ([float(x) for x in stopped[key].split()] for key in ("engine", "keeper"))
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
            "waited_for_engine_s": engine,
            "longest_s": max(engine),
            "errors": int(stopped["errors"]),
            "waited_with_stopped_keeper_s": keeper,
        },
    }


def _told(work: Any) -> dict[str, str]:
    child = Child(work)
    if not child.ended_within(300) or child.code != 0:
        raise RuntimeError(f"it failed or hung: {child.error()} after {child.lines[-1:]}")
    return dict(line.split(": ", 1) for line in child.lines)


def _filled(folder: Path) -> ProductIndex:
    settings = IndexSettings(timeout_s=TIMEOUT_S)
    index = ProductIndex.open(folder, FakeEncoder(), settings=settings)
    index.add(Product(f"sku-{n}", f"word{n} thing{n}", price=float(n)) for n in range(N_PRODUCTS))
    return index


def _fork(talk: Talk, folder: Path) -> None:
    with _filled(folder) as index:
        service = SearchService(index)
        service.search(Query("word1"))
        vectors = FakeEncoder().encode_texts([f"word{n} thing{n}" for n in range(N_PRODUCTS)])
        expected = [_nearest(index, vector) for vector in vectors]
        shares = np.array_split(np.arange(N_PRODUCTS), N_CHILDREN + 1)

        def ask(talk: Talk, share: Any) -> None:
            talk.say(str(_wrong(index, vectors, expected, share)))

        children = [Child(partial(ask, share=share)) for share in shares[1:]]
        wrong = _wrong(index, vectors, expected, shares[0])
        for child in children:
            child.ended_within(120)
            wrong += int(child.lines[-1]) if child.code == 0 else N_ASKED
        talk.say(f"answers: {N_ASKED * (N_CHILDREN + 1)}")
        talk.say(f"wrong: {wrong}")
        asking = Child(lambda talk: talk.say(str(service.search(Query("word1")))))
        asking.ended_within(60)
        talk.say(f"service: {asking.error().split(':')[0] or 'answers'}")
        service.close()


def _nearest(index: ProductIndex, vector: Any) -> str:
    return index.query([VectorQuery(TEXT, vector, limit=1)])[0][0][0]


def _wrong(index: ProductIndex, vectors: Any, expected: list[str], share: Any) -> int:
    """Return how many answers were not those to the questions; an error counts as one."""
    wrong = 0
    for number in range(N_ASKED):
        asked = int(share[number % len(share)])
        try:
            wrong += _nearest(index, vectors[asked]) != expected[asked]
        except ShopwindowError:
            wrong += 1
    return wrong


def _stop(talk: Talk, folder: Path) -> None:
    errors: list[str] = []
    with _filled(folder) as index, ThreadPoolExecutor(N_THREADS) as threads:

        def ask(_: int) -> float:
            began = time.monotonic()
            try:
                index.count()
            except ShopwindowError as exc:
                errors.append(str(exc))
            return time.monotonic() - began

        waited: dict[str, list[float]] = {"engine": [], "keeper": []}
        for name, times in waited.items():
            for _ in range(N_STOPS):
                victim = getattr(service_of(folder), name)
                os.kill(victim, signal.SIGSTOP)
                times.append(max(threads.map(ask, range(N_THREADS))))
                os.kill(victim, signal.SIGCONT) if name == "keeper" else None
    for name, times in waited.items():
        talk.say(f"{name}: {' '.join(f'{each:.3f}' for each in times)}")
    talk.say(f"errors: {len(errors)}")
