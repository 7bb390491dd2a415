"""kill -9 at random moments of rolling the log over: every event is in the store exactly once.

`python -m benchmarks.event_store_crash [--chdb]` kills 10 processes that roll one log over into one
store, finishes the rest, and counts. A kill is the death of a process, not a loss of power.
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

BATCH = 40
ROOT = Path(__file__).resolve().parents[1]


def fill(folder: Path, n_events: int) -> None:
    """Make a log whose events have a product each, so that counting products counts events."""
    with EventLog.open(folder) as log:
        for start in range(0, n_events, 5000):
            numbers = range(start, min(start + 5000, n_events))
            log.append(Event("impression", f"sku-{number}") for number in numbers)


def roll_until_killed(folder: Path, address: str) -> None:
    """Roll over in small batches, and print after each."""
    with EventLog.open(folder) as log:
        store = open_event_store(address)
        print("ready", flush=True)
        sync_events(log, store, batch_size=BATCH, on_batch=lambda n: print(n, flush=True))


def one_round(folder: Path, address: str, after_s: float) -> int:
    """Return how many batches a process told of that rolls over and is killed."""
    options = ["--child", str(folder), address]
    command = [sys.executable, "-m", "benchmarks.event_store_crash", *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None  # noqa: S101 -- it was asked for
    child.stdout.readline()
    time.sleep(after_s)
    os.kill(child.pid, signal.SIGKILL)
    return len(child.communicate()[0].splitlines())


def rounds(
    folder: Path, address: str, n_rounds: int, n_events: int, longest_s: float = 0.4
) -> dict[str, object]:
    """Fill a log, kill some processes that roll it over, and finish.

    Args:
        folder: Folder for the log.
        address: The store.
        n_rounds: How many processes are killed.
        n_events: Events of the log.
        longest_s: Until when they are killed, from when the store is open.

    Returns:
        Batches told of and events taken before the end, and events lost and doubled in the end.
    """
    rng = np.random.default_rng(SEED)
    fill(folder, n_events)
    told = [one_round(folder, address, float(rng.uniform(0, longest_s))) for _ in range(n_rounds)]
    with EventLog.open(folder) as log:
        store = open_event_store(address)
        n_before = store.count()
        sync_events(log, store)
        shown = store.count_by_product()["impressions"].to_numpy()
        store.close()
    return {
        "kills": n_rounds,
        "events": n_events,
        "told": sum(told) * BATCH,
        "before_the_last_run": n_before,
        "lost": n_events - len(shown),
        "doubled": int((shown > 1).sum()),
    }


def main(
    chdb: Annotated[bool, typer.Option(help="Into chDB too; the extra must be installed.")] = False,
    child: Annotated[tuple[Path, str] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure and write `results/event_store_crash.json`."""
    if child is not None:
        roll_until_killed(*child)
        return
    found = {}
    for name, scheme in {"parquet": "", "chdb": "chdb:"}.items():
        if name == "chdb" and not chdb:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            address = f"{scheme}{temporary}/analysis"
            found[name] = rounds(Path(temporary) / "events", address, 10, 20_000, 3.0)
    print(found)
    write_result("event_store_crash", found, command="python -m benchmarks.event_store_crash")


if __name__ == "__main__":
    typer.run(main)
