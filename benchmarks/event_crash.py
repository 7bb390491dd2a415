"""kill -9 at random moments of logging: no acknowledged batch is lost, and none is partial.

`python -m benchmarks.event_crash` runs 20 rounds. In each, a process appends batches to the same
log and reports each acknowledged one; it is killed at a random moment. Then the log is opened and
its events are counted. A kill is the death of a process, not a loss of power. Needs no data.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.results_file import SEED, write_result
from shopwindow.eventlog import EventLog
from shopwindow.values import Event

BATCH_SIZE = 20
ROTATE_BYTES = 300_000
ROOT = Path(__file__).resolve().parents[1]


def append_until_killed(folder: Path, round_number: int) -> None:
    """Append batches, and print the number of each once it is acknowledged."""
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        print("ready", flush=True)
        for number in range(1_000_000):
            query_id = f"{round_number}-{number}"
            log.append(
                Event("impression", f"sku-{position}", query_id=query_id, position=position)
                for position in range(1, BATCH_SIZE + 1)
            )
            print(number, flush=True)


def run_round(folder: Path, number: int, delay_s: float) -> dict[str, float]:
    """Let a process append batches, kill it after a delay, and count what is in the log.

    Returns:
        Batches acknowledged, found, lost and partial, and seconds to reopen the log.
    """
    command = [sys.executable, "-m", "benchmarks.event_crash", "--child", str(folder), str(number)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None  # noqa: S101 -- stdout is a pipe
    child.stdout.readline()
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    lines = child.communicate()[0].splitlines(keepends=True)
    acknowledged = {f"{number}-{line.strip()}" for line in lines if line.endswith("\n")}
    start_s = time.perf_counter()
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        opened_s = time.perf_counter() - start_s
        sizes = _count_batch_sizes(log, f"{number}-")
    return {
        "acknowledged": len(acknowledged),
        "found": len(sizes),
        "lost": len(acknowledged - set(sizes)),
        "not_whole": sum(size != BATCH_SIZE for size in sizes.values()),
        "opened_s": round(opened_s, 4),
    }


def _count_batch_sizes(log: EventLog, prefix: str) -> Counter[str]:
    sizes: Counter[str] = Counter()
    events, cursor = log.read(limit=10_000)
    while events:
        sizes.update(event.query_id for event in events if event.query_id.startswith(prefix))
        events, cursor = log.read(cursor, limit=10_000)
    return sizes


def main(
    rounds: Annotated[int, typer.Option(help="How many times to kill.")] = 20,
    child: Annotated[tuple[Path, int] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure and write `results/event_crash.json`."""
    if child is not None:
        append_until_killed(*child)
        return
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "events"
        counts = [run_round(folder, n, float(rng.uniform(0.05, 1.0))) for n in range(rounds)]
        n_files = len(list(folder.glob("events-*.sqlite")))
    write_result(
        "event_crash",
        {
            "events_per_batch": BATCH_SIZE,
            "files": n_files,
            "acknowledged": sum(round_counts["acknowledged"] for round_counts in counts),
            "lost": sum(round_counts["lost"] for round_counts in counts),
            "not_whole": sum(round_counts["not_whole"] for round_counts in counts),
            "rounds": counts,
        },
        command="python -m benchmarks.event_crash",
    )


if __name__ == "__main__":
    typer.run(main)
