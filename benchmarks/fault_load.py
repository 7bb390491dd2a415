"""Minutes of mixed load from four processes on one folder: errors, memory, open files.

Two processes search with text and filters, one indexes the feed again and again with new prices,
one deletes, adds and gets products. Memory and open files of all of them, of the engine and of its
supervisor are sampled each second; their slopes are least-squares fits without the first minute.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.fault_processes import Child, Talk, find_service
from benchmarks.latency import COLOURS, KINDS, STYLES
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Filters, Product, Query
from shopwindow.values.setting_groups import IndexSettings

N_PRODUCTS = 2_000
N_OTHERS = 40
HNSW_FROM = 1_500
WARM_UP_SHARE = 0.25
"""Share of the time, at most a minute, after which memory should be constant."""

_SAMPLE_S = 1.0
_MB = 1e6


def make_product(number: int, turn: int = 0) -> Product:
    """Return a synthetic product; another turn changes its price and, rarely, its title."""
    kind, colour = KINDS[number % 10], COLOURS[number % 8]
    style = STYLES[(number + (turn if number % 50 == 0 else 0)) % 8]
    return Product(
        f"sku-{number}",
        f"{colour} {style} {kind} model {number % 300}",
        price=float((number * 37 + turn) % 500 + 1),
        currency="AED",
        brand=f"Brand {number % 60}",
        category=("Shop", kind.title()),
        attributes={"color": colour},
    )


def make_query(number: int) -> Query:
    """Return one of many queries with text and filters."""
    kind, colour = KINDS[number % 10], COLOURS[number * 7 % 8]
    filters = Filters(price_max=100.0 + number % 5 * 100, in_stock=True)
    return Query(f"{colour} {kind}", filters=filters, limit=24)


def open_index(folder: Path, must_exist: bool = True) -> ProductIndex:
    """Open the index of a folder.

    Returns:
        The open index.
    """
    settings = IndexSettings(hnsw_min_points=HNSW_FROM)
    return ProductIndex.open(folder, FakeEncoder(), settings=settings, must_exist=must_exist)


def measure(place: Path, minutes: float) -> dict[str, Any]:
    """Put load on one folder for some minutes.

    Returns:
        Number of calls and errors by process; slopes per minute with 95 % intervals.
    """
    folder, stop = place / "index", place / "stop"
    _fill_index(folder)
    tasks: Mapping[str, Callable[[SearchService, int], None]] = {
        "search 1": _search,
        "search 2": lambda service, n: _search(service, n + 5_000),
        "index": _index_feed,
        "delete, add, get": _delete_and_add,
    }
    children = {
        name: Child(partial(_repeat, folder=folder, stop=stop, work=task))
        for name, task in tasks.items()
    }
    samples = _sample_processes(children, folder, minutes)
    stop.touch()
    for child in children.values():
        child.ended_within(120)
    counts = {name: _read_counts(child) for name, child in children.items()}
    return {
        "minutes": minutes,
        "products": N_PRODUCTS,
        "errors": sum(count["errors"] for count in counts.values()),
        "processes": counts,
        "slopes_a_minute": {name: _fit_slopes(rows) for name, rows in samples.items()},
    }


def _fill_index(folder: Path) -> None:
    def fill(_: Talk) -> None:
        with open_index(folder, must_exist=False) as index:
            index.add(make_product(number) for number in range(N_PRODUCTS + N_OTHERS))
            index.optimize(wait=True)

    Child(fill).ended_within(300)


def _repeat(
    talk: Talk, folder: Path, stop: Path, work: Callable[[SearchService, int], None]
) -> None:
    """Repeat a task until stopped; errors are counted and do not end it."""
    n_done, errors, slowest_s = 0, [], 0.0
    with open_index(folder) as index, SearchService(index) as service:
        talk.say("ready")
        while not stop.exists():
            started_at = time.monotonic()
            try:
                work(service, n_done)
            except Exception as exc:  # noqa: BLE001 - all errors are counted
                errors.append(f"{type(exc).__name__}: {exc}")
            slowest_s = max(slowest_s, time.monotonic() - started_at)
            n_done += 1
    talk.say(f"{n_done}\t{len(errors)}\t{slowest_s:.2f}\t" + "\t".join(errors[:3]))


def _search(service: SearchService, number: int) -> None:
    if not service.search(make_query(number)).hits:
        raise LookupError(f"nothing found for {make_query(number).text}")
    time.sleep(0.01)


def _index_feed(service: SearchService, turn: int) -> None:
    """Index the feed with new prices of every tenth product.

    Raises:
        LookupError: A product was not accepted.
    """
    changed = (make_product(n, turn if n % 10 == turn % 10 else 0) for n in range(N_PRODUCTS))
    report = service.index.add(changed)
    if report.n_processed != N_PRODUCTS or report.n_rejected:
        raise LookupError(f"{report.n_processed} done, {report.n_rejected} rejected")
    time.sleep(0.5)


def _delete_and_add(service: SearchService, turn: int) -> None:
    """Delete products that no other process changes, add them again and get them.

    Raises:
        LookupError: A deleted product exists, or an added one is missing.
    """
    numbers = range(N_PRODUCTS, N_PRODUCTS + N_OTHERS)
    ids = [f"sku-{number}" for number in numbers]
    index = service.index
    index.delete(ids)
    if index.get(ids):
        raise LookupError("deleted products exist")
    index.add(make_product(number, turn) for number in numbers)
    if len(index.get(ids)) != N_OTHERS:
        raise LookupError("added products are missing")
    time.sleep(0.2)


def _read_counts(child: Child) -> dict[str, Any]:
    if child.code != 0:
        return {"done": 0, "errors": 1, "examples": [child.error()]}
    done, errors, slowest_s, *examples = child.lines[-1].split("\t")
    return {
        "done": int(done),
        "errors": int(errors),
        "slowest_s": float(slowest_s),
        "examples": [example for example in examples if example],
    }


def _sample_processes(
    children: Mapping[str, Child], folder: Path, minutes: float
) -> dict[str, list[tuple[float, float, int]]]:
    """Sample memory and open files of each process each second.

    Returns:
        Rows of (minutes, MB, open files) by process.
    """
    while not all(child.said("ready") for child in children.values()):
        for child in children.values():
            child.listen(0.05)
    service = find_service(folder)
    pids = {"engine": service.engine, "supervisor": service.supervisor}
    pids |= {name: child.pid for name, child in children.items()}
    samples: dict[str, list[tuple[float, float, int]]] = {name: [] for name in pids}
    started_at = time.monotonic()
    while (elapsed_s := time.monotonic() - started_at) < 60 * minutes:
        for name, pid in pids.items():
            with suppress(OSError):
                samples[name].append(
                    (elapsed_s / 60, _read_resident_mb(pid), _count_open_files(pid))
                )
        time.sleep(_SAMPLE_S)
    return samples


def _read_resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB


def _count_open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _fit_slopes(rows: list[tuple[float, float, int]]) -> dict[str, Any]:
    if not rows:
        return {"samples": 0}
    minutes, mb, n_open = np.array(rows).T
    is_late = minutes >= min(1.0, WARM_UP_SHARE * minutes[-1])
    return {
        "samples": int(is_late.sum()),
        "mb_first": round(float(mb[is_late][0]), 1),
        "mb_last": round(float(mb[-1]), 1),
        "mb": _fit_slope(minutes[is_late], mb[is_late]),
        "open_first": int(n_open[is_late][0]),
        "open_last": int(n_open[-1]),
        "open": _fit_slope(minutes[is_late], n_open[is_late]),
    }


def _fit_slope(minutes: Any, values: Any) -> list[float]:
    """Return the least-squares slope per minute and the ends of its 95 % interval.

    Samples of successive seconds are correlated, so the fit is over means of ten seconds.
    """
    n_groups = max(len(minutes) // 10, 3)
    groups = zip(np.array_split(minutes, n_groups), np.array_split(values, n_groups), strict=True)
    x, y = np.array([(times.mean(), means.mean()) for times, means in groups if len(times)]).T
    fit = stats.linregress(x, y)
    half_width = float(
        np.nan_to_num(stats.t.ppf(0.975, len(x) - 2) * fit.stderr)
    )  # NaN for a constant
    return [
        round(float(value), 3)
        for value in (fit.slope, fit.slope - half_width, fit.slope + half_width)
    ]
