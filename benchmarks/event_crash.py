"""kill -9 at random moments of logging: what was acknowledged is there, and no half batch.

`python -m benchmarks.event_crash` runs 20 rounds. In each, a process appends batches to one and the
same log and reports each acknowledged one; it is killed at a random moment. Then the log is opened
and counted. A kill is the death of a process, not a loss of power. Needs no data.
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

BATCH = 20
ROTATE_BYTES = 300_000
ROOT = Path(__file__).resolve().parents[1]


def append_until_killed(folder: Path, round_number: int) -> None:
    """Append batches and print the number of each after it was acknowledged."""
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        print("ready", flush=True)
        for number in range(1_000_000):
            name = f"{round_number}-{number}"
            log.append(
                Event("impression", f"sku-{place}", query_id=name, position=place)
                for place in range(1, BATCH + 1)
            )
            print(number, flush=True)


def one_round(folder: Path, number: int, after_s: float) -> dict[str, float]:
    """Let a process append, kill it, and count.

    Returns:
        Batches acknowledged, found, lost and not whole, and seconds to open the log again.
    """
    command = [sys.executable, "-m", "benchmarks.event_crash", "--child", str(folder), str(number)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None  # noqa: S101 -- it was asked for
    child.stdout.readline()
    time.sleep(after_s)
    os.kill(child.pid, signal.SIGKILL)
    acknowledged = [line for line in child.communicate()[0].splitlines(keepends=True)]
    whole = {f"{number}-{line.strip()}" for line in acknowledged if line.endswith("\n")}
    began = time.perf_counter()
    with EventLog.open(folder, rotate_bytes=ROTATE_BYTES) as log:
        opened_s = time.perf_counter() - began
        sizes = _sizes(log, f"{number}-")
    return {
        "acknowledged": len(whole),
        "found": len(sizes),
        "lost": len(whole - set(sizes)),
        "not_whole": sum(size != BATCH for size in sizes.values()),
        "opened_s": round(opened_s, 4),
    }


def _sizes(log: EventLog, prefix: str) -> Counter[str]:
    found: Counter[str] = Counter()
    events, cursor = log.read(limit=10_000)
    while events:
        found.update(each.query_id for each in events if each.query_id.startswith(prefix))
        events, cursor = log.read(cursor, limit=10_000)
    return found


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
        found = [one_round(folder, n, float(rng.uniform(0.05, 1.0))) for n in range(rounds)]
        n_files = len(list(folder.glob("events-*.sqlite")))
    write_result(
        "event_crash",
        {
            "events_per_batch": BATCH,
            "files": n_files,
            "acknowledged": sum(each["acknowledged"] for each in found),
            "lost": sum(each["lost"] for each in found),
            "not_whole": sum(each["not_whole"] for each in found),
            "rounds": found,
        },
        command="python -m benchmarks.event_crash",
    )


if __name__ == "__main__":
    typer.run(main)
