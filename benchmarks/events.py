"""The cost of logging: durable batches per second, and the time that recording adds to a request.

`python -m benchmarks.events` needs no data and takes under a minute.
"""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.results_file import write_result
from shopwindow.eventlog import EventLog, EventWriter
from shopwindow.eventlog.event_writer import BatchPolicy
from shopwindow.values import Event

BATCH_SIZES = (1, 40, 1000)
N_RECORDED = 20_000
N_PAGES = 1000
PAGE_SIZE = 40
N_VISITORS = 2000


def make_impressions(n_events: int, number: int) -> list[Event]:
    """Return events as large as those of a search, with score contributions as features."""
    features = {"lexical": 0.31, "text": 0.12, "text_image": 0.07, "attribute_match": 0.1}
    return [
        Event(
            "impression",
            f"sku-{position * 977 % 44_000}",
            user_id=f"visitor-{number % N_VISITORS}",
            query_id=f"{number:032x}",
            position=position,
            ranker="search",
            ranker_version="0123456789ab",
            features=features,
        )
        for position in range(1, n_events + 1)
    ]


def measure_append(folder: Path, batch_size: int, seconds: float) -> dict[str, float]:
    """Append batches of a size for some seconds.

    Returns:
        Events per second, and percentiles of one durable batch in milliseconds.
    """
    times_s: list[float] = []
    with EventLog.open(folder) as log:
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            batch = make_impressions(batch_size, len(times_s))
            times_s.append(_time_call(partial(log.append, batch)))
        n_bytes = sum(path.stat().st_size for path in folder.iterdir())
    return {
        "batch": batch_size,
        "events_per_s": round(batch_size * len(times_s) / sum(times_s)),
        **_compute_percentiles([1000 * time_s for time_s in times_s], "ms"),
        "bytes_per_event": round(n_bytes / (batch_size * len(times_s))),
    }


def measure_writer(folder: Path) -> dict[str, object]:
    """Record single events, and pages of impressions, while the writer's thread writes.

    Returns:
        Microseconds per call, and events per second until everything is durable.
    """
    with (
        EventLog.open(folder) as log,
        EventWriter(log, BatchPolicy(max_pending=1_000_000)) as writer,
    ):
        events = make_impressions(N_RECORDED, 0)
        start_s = time.perf_counter()
        single_us = [1e6 * _time_call(partial(writer.record, event)) for event in events]
        writer.flush(600)
        durable_s = time.perf_counter() - start_s
        page_us = [
            1e6 * _time_call(lambda n=n: writer.record(*make_impressions(PAGE_SIZE, n)))  # type: ignore[misc]
            for n in range(N_PAGES)
        ]
        writer.flush(600)
        stats = writer.stats
    return {
        "record": _compute_percentiles(single_us, "us"),
        f"make_and_record_{PAGE_SIZE}_impressions": _compute_percentiles(page_us, "us"),
        "durable_events_per_s": round(N_RECORDED / durable_s),
        "written": stats.written,
        "failures": stats.failures,
    }


def measure_erase(folder: Path) -> dict[str, float]:
    """Erase visitors whose events are spread over the log.

    Returns:
        Events in the log and per visitor, and percentiles of one erasure in milliseconds.
    """
    with EventLog.open(folder) as log:
        for number in range(N_VISITORS):
            log.append(make_impressions(PAGE_SIZE, number))
        n_events = log.count()
        erase_ms = [1000 * _time_call(partial(log.erase, f"visitor-{n}")) for n in range(20)]
        n_erased = n_events - log.count()
    return {
        "events": n_events,
        "per_visitor": n_erased / 20,
        **_compute_percentiles(erase_ms, "ms"),
    }


def measure_fsync(folder: Path) -> dict[str, float]:
    """Return the milliseconds to write and sync 4 KiB: the lower bound of one batch."""
    with (folder / "probe").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        fsync_ms = [1000 * _time_call(write) for _ in range(200)]
    return _compute_percentiles(fsync_ms, "ms")


def _time_call(function: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    function()
    return time.perf_counter() - start_s


def _compute_percentiles(values: list[float], unit: str) -> dict[str, float]:
    p50, p95 = np.percentile(values, (50, 95))
    return {f"p50_{unit}": round(float(p50), 3), f"p95_{unit}": round(float(p95), 3)}


def main(
    parent: Annotated[Path | None, typer.Option(help="Folder on the disk to measure.")] = None,
    seconds: Annotated[float, typer.Option(help="Seconds per batch size.")] = 5.0,
) -> None:
    """Measure and write `results/events.json`."""
    with tempfile.TemporaryDirectory(dir=parent) as temporary:
        folder = Path(temporary)
        numbers = {
            "fsync_4_kib": measure_fsync(folder),
            "append": [measure_append(folder / str(size), size, seconds) for size in BATCH_SIZES],
            "writer": measure_writer(folder / "writer"),
            "erase": measure_erase(folder / "erase"),
        }
    print(numbers)
    write_result("events", numbers, command="python -m benchmarks.events")


if __name__ == "__main__":
    typer.run(main)
