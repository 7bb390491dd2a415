"""Searches a second from 1, 2 and 4 processes with 1, 4 and 16 threads each, on one folder."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_load import open_index, product, query
from benchmarks.fault_processes import Child, Talk
from search import SearchService

N_PRODUCTS = 5_000
PROCESSES, THREADS = (1, 2, 4), (1, 4, 16)
RUN_S = 3.0
N_RUNS = 3


def measure(place: Path, run_s: float = RUN_S) -> dict[str, Any]:
    """Search for some seconds, three times, with each number of processes and threads.

    Returns:
        Median searches a second of all processes together, and errors.
    """
    folder = place / "index"
    Child(lambda _: _fill(folder)).ended_within(600)
    found, errors = [], 0
    for n_processes in PROCESSES:
        for n_threads in THREADS:
            runs = [_run(folder, n_processes, n_threads, run_s) for _ in range(N_RUNS)]
            errors += sum(each[1] for each in runs)
            rates = [each[0] for each in runs]
            found.append(
                {
                    "processes": n_processes,
                    "threads": n_threads,
                    "per_s": round(float(np.median(rates)), 1),
                    "runs": [round(each, 1) for each in rates],
                }
            )
            print(found[-1], flush=True)
    return {"products": N_PRODUCTS, "errors": errors, "rates": found}


def _fill(folder: Path) -> None:
    with open_index(folder, must_exist=False) as index:
        index.add(product(number) for number in range(N_PRODUCTS))
        index.optimize(wait=True)


def _run(folder: Path, n_processes: int, n_threads: int, run_s: float) -> tuple[float, int]:
    """Let some processes search at once.

    Returns:
        Searches a second of all together, and how many processes failed.
    """
    children = [
        Child(lambda talk: _ask(talk, folder, n_threads, run_s)) for _ in range(n_processes)
    ]
    for child in children:
        while not child.said("ready") and child.is_running():
            child.listen(0.05)
    for child in children:
        child.go()
    for child in children:
        child.ended_within(120)
    failed = sum(child.code != 0 for child in children)
    return sum(float(child.lines[-1]) for child in children if child.code == 0), failed


def _ask(talk: Talk, folder: Path, n_threads: int, run_s: float) -> None:
    with (
        open_index(folder) as index,
        SearchService(index) as service,
        ThreadPoolExecutor(n_threads) as threads,
    ):
        service.warm_up()
        service.search(query(0))
        talk.say("ready")
        talk.wait_for_go()
        until = time.monotonic() + run_s

        def ask(first: int) -> int:
            n_done = 0
            while time.monotonic() < until:
                service.search(query(first + n_done))
                n_done += 1
            return n_done

        began = time.monotonic()
        n_all = sum(threads.map(ask, range(0, 1000 * n_threads, 1000)))
        talk.say(str(n_all / (time.monotonic() - began)))
