"""What logging costs: durable batches a second, and the time of a request that records.

`python -m benchmarks.events` needs no data and takes under a minute.
"""

import os
import tempfile
import time
from collections.abc import Callable
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
PAGE = 40
N_VISITORS = 2000


def impressions(n_events: int, number: int) -> list[Event]:
    """Return events as large as those of a search: with parts of the score as features."""
    features = {"lexical": 0.31, "text": 0.12, "text_image": 0.07, "attribute_match": 0.1}
    return [
        Event(
            "impression",
            f"sku-{place * 977 % 44_000}",
            user_id=f"visitor-{number % N_VISITORS}",
            query_id=f"{number:032x}",
            position=place,
            ranker="search",
            ranker_version="0123456789ab",
            features=features,
        )
        for place in range(1, n_events + 1)
    ]


def appended(folder: Path, size: int, seconds: float) -> dict[str, float]:
    """Append batches of a size for some seconds.

    Returns:
        Events a second, and percentiles of one durable batch in milliseconds.
    """
    took: list[float] = []
    with EventLog.open(folder) as log:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            batch = impressions(size, len(took))
            took.append(_took(lambda batch=batch: log.append(batch)))  # type: ignore[misc]
        n_bytes = sum(each.stat().st_size for each in folder.iterdir())
    return {
        "batch": size,
        "events_per_s": round(size * len(took) / sum(took)),
        **_percentiles([1000 * each for each in took], "ms"),
        "bytes_per_event": round(n_bytes / (size * len(took))),
    }


def recorded(folder: Path) -> dict[str, object]:
    """Record single events, and pages of impressions, beside the thread that writes.

    Returns:
        Microseconds of the caller, and the events a second until everything is durable.
    """
    with (
        EventLog.open(folder) as log,
        EventWriter(log, BatchPolicy(max_pending=1_000_000)) as writer,
    ):
        events = impressions(N_RECORDED, 0)
        began = time.perf_counter()
        single = [1e6 * _took(lambda each=each: writer.record(each)) for each in events]  # type: ignore[misc]
        writer.flush(600)
        durable_s = time.perf_counter() - began
        pages = [
            1e6 * _took(lambda n=n: writer.record(*impressions(PAGE, n)))  # type: ignore[misc]
            for n in range(N_PAGES)
        ]
        writer.flush(600)
        stats = writer.stats
    return {
        "record": _percentiles(single, "us"),
        f"make_and_record_{PAGE}_impressions": _percentiles(pages, "us"),
        "durable_events_per_s": round(N_RECORDED / durable_s),
        "written": stats.written,
        "failures": stats.failures,
    }


def erased(folder: Path) -> dict[str, float]:
    """Erase visitors of a log that has them all over.

    Returns:
        Events of the log, those of one visitor, and milliseconds to erase one.
    """
    with EventLog.open(folder) as log:
        for number in range(N_VISITORS):
            log.append(impressions(PAGE, number))
        n_events = log.count()
        took = [1000 * _took(lambda n=n: log.erase(f"visitor-{n}")) for n in range(20)]  # type: ignore[misc]
        gone = n_events - log.count()
    return {"events": n_events, "per_visitor": gone / 20, **_percentiles(took, "ms")}


def plain_fsync(folder: Path) -> dict[str, float]:
    """Return what the disk itself takes for 4 KiB that are durable: the bound of one batch."""
    with (folder / "probe").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        took = [1000 * _took(write) for _ in range(200)]
    return _percentiles(took, "ms")


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _percentiles(values: list[float], unit: str) -> dict[str, float]:
    p50, p95 = np.percentile(values, (50, 95))
    return {f"p50_{unit}": round(float(p50), 3), f"p95_{unit}": round(float(p95), 3)}


def main(
    place: Annotated[Path | None, typer.Option(help="Folder on the disk to measure.")] = None,
    seconds: Annotated[float, typer.Option(help="Seconds for each size of batch.")] = 5.0,
) -> None:
    """Measure and write `results/events.json`."""
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        folder = Path(temporary)
        numbers = {
            "fsync_4_kib": plain_fsync(folder),
            "append": [appended(folder / str(size), size, seconds) for size in BATCH_SIZES],
            "writer": recorded(folder / "writer"),
            "erase": erased(folder / "erase"),
        }
    print(numbers)
    write_result("events", numbers, command="python -m benchmarks.events")


if __name__ == "__main__":
    typer.run(main)
