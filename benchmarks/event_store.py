"""The cost of an analytic event store: appending batches, running queries, disk space.

`python -m benchmarks.event_store` needs no data and takes two processor minutes. chDB and DuckDB
are measured if they are installed (`pip install 'shopwindow[clickhouse]' duckdb`).
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.results_file import SEED, write_result
from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import EventBatch, EventStore, open_event_store, sync_events
from shopwindow.values import Event

QUERIES = (
    "count_by_day",
    "count_by_product",
    "compute_position_rates",
    "compute_ranker_rates",
    "build_training_rows",
)
PAGE_SIZE = 40
DAYS = 30
N_VISITORS = 50_000
N_PRODUCTS = 44_000
BATCH_SIZE = 20_000
START = datetime(2026, 3, 1, tzinfo=UTC)
LIBRARIES = ("pyarrow", "duckdb", "chdb-core-lite", "chdb-core", "clickhouse-connect")


def generate_batches(n_events: int) -> Iterator[list[Event]]:
    """Yield batches of a shop's events: pages of impressions, with clicks and purchases.

    Yields:
        Batches of about `BATCH_SIZE` events.
    """
    rng = np.random.default_rng(SEED)
    batch: list[Event] = []
    n_generated = page_number = 0
    while n_generated < n_events:
        time = START + timedelta(seconds=DAYS * 86_400 * n_generated / n_events)
        page_events = _generate_page(rng, page_number, time)
        batch += page_events
        n_generated += len(page_events)
        page_number += 1
        if len(batch) >= BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _generate_page(rng: np.random.Generator, number: int, time: datetime) -> list[Event]:
    user_id, query_id = f"visitor-{rng.integers(N_VISITORS)}", f"{number:032x}"
    product_ids = [f"sku-{rank}" for rank in rng.zipf(1.2, PAGE_SIZE) % N_PRODUCTS]
    examination = 1 / np.arange(1, PAGE_SIZE + 1) ** 0.7
    version = f"v{number % 3}"
    features = {
        "lexical": 0.31,
        "text": float(rng.random()),
        "text_image": 0.07,
        "attribute_match": 0.1,
    }
    events = [
        Event("impression", product_id, user_id, f"s{number}", query_id, "search", index + 1,
              float(examination[index]), "search", version, features, time=time)
        for index, product_id in enumerate(product_ids)
    ]  # fmt: skip
    for index in np.flatnonzero(rng.random(PAGE_SIZE) < 0.1 * examination):
        values: dict[str, Any] = {"user_id": user_id, "time": time + timedelta(seconds=30)}
        events.append(Event("click", product_ids[index], query_id=query_id, **values))
        if rng.random() < 0.1:
            values |= {"value": 99.0, "currency": "AED"}
            values["query_id"] = query_id if rng.random() < 0.5 else ""
            events.append(Event("purchase", product_ids[index], **values))
    return events


def measure_append(stores: Mapping[str, EventStore], n_events: int) -> dict[str, Any]:
    """Append the same events to all stores.

    Returns:
        By store, batches and events per second, and the slowest batch in seconds.
    """
    times_s: dict[str, list[float]] = {name: [] for name in stores}
    n_appended = 0
    for events in generate_batches(n_events):
        start = f"1.{n_appended}" if n_appended else ""
        batch = EventBatch("benchmark", start, f"1.{n_appended + len(events)}", events)
        for name, store in stores.items():
            times_s[name].append(_time_call(partial(store.append_batch, batch)))
        n_appended += len(events)
    return {
        name: {
            "batches": len(store_times_s),
            "batches_per_s": round(len(store_times_s) / sum(store_times_s), 2),
            "events_per_s": round(n_appended / sum(store_times_s)),
            "slowest_s": round(max(store_times_s), 2),
        }
        for name, store_times_s in times_s.items()
    }


def measure_queries(
    run_query: Callable[[str], object], repeats: int
) -> dict[str, dict[str, float]]:
    """Time each query, in seconds.

    Returns:
        By query, the shortest wall-clock time of `repeats`, and the processor time of one run over
        all threads, which other load hardly changes.
    """
    times_s = {}
    for name in QUERIES:
        run = partial(run_query, name)
        times_s[name] = {
            "passed": round(min(_time_call(run) for _ in range(repeats)), 3),
            "processor": round(_measure_processor_time(run), 3),
        }
    return times_s


def measure_sync(folder: Path, addresses: Mapping[str, str]) -> dict[str, int]:
    """Return the events per second of a sync from a log into each store."""
    rates = {}
    with EventLog.open(folder / "log") as log:
        for batch in generate_batches(100_000):
            log.append(batch)
        for name, address in addresses.items():
            store = open_event_store(address)
            sync_s = _time_call(partial(sync_events, log, store))
            rates[name] = round(log.count() / sync_s)
            store.close()
    return rates


def compare_results(stores: Mapping[str, EventStore]) -> bool:
    """Return whether all stores give equal results for the queries without sums of floats."""
    first, *others = stores.values()
    names = ("count_by_day", "compute_position_rates", "build_training_rows")
    return all(
        getattr(store, name)() == getattr(first, name)() for store in others for name in names
    )


def measure_installed_mb() -> dict[str, float | str]:
    """Return the disk space of each library, without its dependencies."""
    sizes_mb: dict[str, float | str] = {}
    for name in LIBRARIES:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            sizes_mb[name] = "not installed"
            continue
        paths = [Path(str(file.locate())) for file in files]
        sizes_mb[name] = round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6)
    return sizes_mb


def _run_query(store: EventStore, name: str) -> object:
    return getattr(store, name)()


def _time_call(function: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    function()
    return time.perf_counter() - start_s


def _measure_processor_time(function: Callable[[], object]) -> float:
    start_s = time.process_time()
    function()
    return time.process_time() - start_s


def _measure_mb(folder: Path) -> float:
    n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return round(n_bytes / 1e6, 1)


def main(
    n_events: Annotated[int, typer.Option(help="Events per store.")] = 1_000_000,
    repeats: Annotated[int, typer.Option(help="How often each query is run.")] = 1,
) -> None:
    """Measure and write `results/event_store.json`."""
    has_chdb = all(find_spec(module) for module in ("chdb", "clickhouse_connect"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = {"parquet": folder / "parquet"} | ({"chdb": folder / "chdb"} if has_chdb else {})
        schemes = {"parquet": "", "chdb": "chdb:"}
        stores = {name: open_event_store(f"{schemes[name]}{path}") for name, path in paths.items()}
        numbers: dict[str, Any] = {"append": measure_append(stores, n_events)}
        numbers["events"] = stores["parquet"].count()
        numbers["queries_s"] = {
            name: measure_queries(partial(_run_query, store), repeats)
            for name, store in stores.items()
        }
        numbers["queries_s"]["duckdb"] = _measure_duckdb(paths["parquet"], repeats)
        numbers["same_results"] = compare_results(stores)
        numbers["erase_s"] = {
            name: round(_time_call(partial(store.erase, "visitor-7")), 2)
            for name, store in stores.items()
        }
        numbers["disk_mb"] = {name: _measure_mb(path) for name, path in paths.items()}
        for store in stores.values():
            store.close()
        synced = {name: f"{schemes[name]}{path}-synced" for name, path in paths.items()}
        numbers["synced_events_per_s"] = measure_sync(folder, synced)
    numbers["installed_mb"] = measure_installed_mb()
    print(numbers)
    write_result("event_store", numbers, command="python -m benchmarks.event_store")


def _measure_duckdb(folder: Path, repeats: int) -> dict[str, dict[str, float]] | str:
    if find_spec("duckdb") is None:
        return "not installed"
    from benchmarks.event_store_duckdb import DuckDbFiles  # noqa: PLC0415 -- an optional dependency

    return measure_queries(DuckDbFiles(folder).run_query, repeats)


if __name__ == "__main__":
    typer.run(main)
