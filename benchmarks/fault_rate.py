"""Searches per second of 1, 2 and 4 processes with 1, 4 and 16 threads each, on one folder."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_load import make_product, make_query, open_index
from benchmarks.fault_processes import Child, Talk
from search import SearchService

N_PRODUCTS = 5_000
PROCESSES, THREADS = (1, 2, 4), (1, 4, 16)
RUN_S = 3.0
N_RUNS = 3


def measure(place: Path, run_s: float = RUN_S) -> dict[str, Any]:
    """Search for some seconds, three times, with each number of processes and threads.

    Returns:
        Median searches per second of all processes together, and errors.
    """
    folder = place / "index"
    Child(lambda _: _fill_index(folder)).ended_within(600)
    rows, errors = [], 0
    for n_processes in PROCESSES:
        for n_threads in THREADS:
            runs = [_run(folder, n_processes, n_threads, run_s) for _ in range(N_RUNS)]
            errors += sum(n_failed for _, n_failed in runs)
            rates = [rate for rate, _ in runs]
            rows.append(
                {
                    "processes": n_processes,
                    "threads": n_threads,
                    "per_s": round(float(np.median(rates)), 1),
                    "runs": [round(rate, 1) for rate in rates],
                }
            )
            print(rows[-1], flush=True)
    return {"products": N_PRODUCTS, "errors": errors, "rates": rows}


def _fill_index(folder: Path) -> None:
    with open_index(folder, must_exist=False) as index:
        index.add(make_product(number) for number in range(N_PRODUCTS))
        index.optimize(wait=True)


def _run(folder: Path, n_processes: int, n_threads: int, run_s: float) -> tuple[float, int]:
    """Let some processes search at the same time.

    Returns:
        Searches per second of all processes together, and the number of failed processes.
    """
    children = [
        Child(lambda talk: _search(talk, folder, n_threads, run_s)) for _ in range(n_processes)
    ]
    for child in children:
        while not child.said("ready") and child.is_running():
            child.listen(0.05)
    for child in children:
        child.go()
    for child in children:
        child.ended_within(120)
    n_failed = sum(child.code != 0 for child in children)
    return sum(float(child.lines[-1]) for child in children if child.code == 0), n_failed


def _search(talk: Talk, folder: Path, n_threads: int, run_s: float) -> None:
    with (
        open_index(folder) as index,
        SearchService(index) as service,
        ThreadPoolExecutor(n_threads) as threads,
    ):
        service.warm_up()
        service.search(make_query(0))
        talk.say("ready")
        talk.wait_for_go()
        deadline = time.monotonic() + run_s

        def search_until_deadline(first_number: int) -> int:
            n_done = 0
            while time.monotonic() < deadline:
                service.search(make_query(first_number + n_done))
                n_done += 1
            return n_done

        started_at = time.monotonic()
        n_searches = sum(threads.map(search_until_deadline, range(0, 1000 * n_threads, 1000)))
        talk.say(str(n_searches / (time.monotonic() - started_at)))
