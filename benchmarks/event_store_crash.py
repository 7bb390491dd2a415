"""kill -9 at random moments of a sync: every event is in the store exactly once.

`python -m benchmarks.event_store_crash [--chdb]` kills 10 processes that sync one log into one
store, syncs the rest, and counts. A kill is the death of a process, not a loss of power.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.results_file import SEED, write_result
from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import open_event_store, sync_events
from shopwindow.values import Event

BATCH_SIZE = 40
ROOT = Path(__file__).resolve().parents[1]


def fill_log(folder: Path, n_events: int) -> None:
    """Write a log whose events have different products, so that counting products counts events."""
    with EventLog.open(folder) as log:
        for start in range(0, n_events, 5000):
            numbers = range(start, min(start + 5000, n_events))
            log.append(Event("impression", f"sku-{number}") for number in numbers)


def sync_until_killed(folder: Path, address: str) -> None:
    """Sync in small batches, and print the size of each once it is stored."""
    with EventLog.open(folder) as log:
        store = open_event_store(address)
        print("ready", flush=True)
        sync_events(
            log, store, batch_size=BATCH_SIZE, on_batch=lambda n_events: print(n_events, flush=True)
        )


def run_round(folder: Path, address: str, delay_s: float) -> int:
    """Return how many batches a process acknowledged that syncs and is killed after a delay."""
    options = ["--child", str(folder), address]
    command = [sys.executable, "-m", "benchmarks.event_store_crash", *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None  # noqa: S101 -- stdout is a pipe
    child.stdout.readline()
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    return len(child.communicate()[0].splitlines())


def run_rounds(
    folder: Path, address: str, n_rounds: int, n_events: int, max_delay_s: float = 0.4
) -> dict[str, object]:
    """Fill a log, kill some processes that sync it, and sync the rest.

    Args:
        folder: Folder for the log.
        address: Address of the store.
        n_rounds: How many processes are killed.
        n_events: Events of the log.
        max_delay_s: Latest kill, in seconds after the store was opened.

    Returns:
        Events acknowledged, events stored before the last sync, and events lost and duplicated.
    """
    rng = np.random.default_rng(SEED)
    fill_log(folder, n_events)
    n_batches = [
        run_round(folder, address, float(rng.uniform(0, max_delay_s))) for _ in range(n_rounds)
    ]
    with EventLog.open(folder) as log:
        store = open_event_store(address)
        n_before = store.count()
        sync_events(log, store)
        counts = store.count_by_product()["impressions"].to_numpy()  # (n_products,)
        store.close()
    return {
        "kills": n_rounds,
        "events": n_events,
        "acknowledged": sum(n_batches) * BATCH_SIZE,
        "before_last_sync": n_before,
        "lost": n_events - len(counts),
        "duplicated": int((counts > 1).sum()),
    }


def main(
    chdb: Annotated[
        bool, typer.Option(help="Also sync into chDB; the extra must be installed.")
    ] = False,
    child: Annotated[tuple[Path, str] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure and write `results/event_store_crash.json`."""
    if child is not None:
        sync_until_killed(*child)
        return
    results = {}
    for name, scheme in {"parquet": "", "chdb": "chdb:"}.items():
        if name == "chdb" and not chdb:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            address = f"{scheme}{temporary}/analysis"
            results[name] = run_rounds(Path(temporary) / "events", address, 10, 20_000, 3.0)
    print(results)
    write_result("event_store_crash", results, command="python -m benchmarks.event_store_crash")


if __name__ == "__main__":
    typer.run(main)
