"""What an analytic store of events costs: taking batches, the questions, the disk.

`python -m benchmarks.event_store` needs no data and takes two minutes of a processor. chDB and
DuckDB are measured where they are installed (`pip install 'shopwindow[clickhouse]' duckdb`).
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
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

QUESTIONS = (
    "count_by_day",
    "count_by_product",
    "compute_position_rates",
    "compute_ranker_rates",
    "build_training_rows",
)
PAGE = 40
DAYS = 30
N_VISITORS = 50_000
N_PRODUCTS = 44_000
BATCH = 20_000
START = datetime(2026, 3, 1, tzinfo=UTC)
LIBRARIES = ("pyarrow", "duckdb", "chdb-core-lite", "chdb-core", "clickhouse-connect")


def pages(n_events: int) -> Iterator[list[Event]]:
    """Yield batches of a shop's events: pages of impressions, and what followed some of them.

    Yields:
        Batches of about `BATCH` events.
    """
    rng = np.random.default_rng(SEED)
    batch: list[Event] = []
    n_made = number = 0
    while n_made < n_events:
        moment = START + timedelta(seconds=DAYS * 86_400 * n_made / n_events)
        page = _page(rng, number, moment)
        batch += page
        n_made += len(page)
        number += 1
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _page(rng: np.random.Generator, number: int, time: datetime) -> list[Event]:
    user, query = f"visitor-{rng.integers(N_VISITORS)}", f"{number:032x}"
    products = [f"sku-{each}" for each in rng.zipf(1.2, PAGE) % N_PRODUCTS]
    examined = 1 / np.arange(1, PAGE + 1) ** 0.7
    version = f"v{number % 3}"
    features = {
        "lexical": 0.31,
        "text": float(rng.random()),
        "text_image": 0.07,
        "attribute_match": 0.1,
    }
    events = [
        Event("impression", product, user, f"s{number}", query, "search", place + 1,
              float(examined[place]), "search", version, features, time=time)
        for place, product in enumerate(products)
    ]  # fmt: skip
    for place in np.flatnonzero(rng.random(PAGE) < 0.1 * examined):
        values: dict[str, Any] = {"user_id": user, "time": time + timedelta(seconds=30)}
        events.append(Event("click", products[place], query_id=query, **values))
        if rng.random() < 0.1:
            named = query if rng.random() < 0.5 else ""
            paid: dict[str, Any] = {"value": 99.0, "currency": "AED"}
            events.append(Event("purchase", products[place], query_id=named, **values, **paid))
    return events


def filled(stores: Mapping[str, EventStore], n_events: int) -> dict[str, Any]:
    """Give all stores the same events.

    Returns:
        For each store, batches and events a second, and its slowest batch.
    """
    took: dict[str, list[float]] = {name: [] for name in stores}
    n_taken = 0
    for batch in pages(n_events):
        after, end = f"1.{n_taken}" if n_taken else "", f"1.{n_taken + len(batch)}"
        for name, store in stores.items():
            whole = EventBatch("benchmark", after, end, batch)
            took[name].append(_took(lambda s=store, b=whole: s.append_batch(b)))  # type: ignore[misc]
        n_taken += len(batch)
    return {
        name: {
            "batches": len(each),
            "batches_per_s": round(len(each) / sum(each), 2),
            "events_per_s": round(n_taken / sum(each)),
            "slowest_s": round(max(each), 2),
        }
        for name, each in took.items()
    }


def asked(ask: Callable[[str], object], repeats: int) -> dict[str, dict[str, float]]:
    """Return the best of some times of each question, in seconds.

    Returns:
        The time that passed, and that of the processor in all threads, which others hardly move.
    """
    return {
        name: {
            "passed": round(min(_took(lambda n=name: ask(n)) for _ in range(repeats)), 3),  # type: ignore[misc]
            "processor": round(_worked(lambda n=name: ask(n)), 3),  # type: ignore[misc]
        }
        for name in QUESTIONS
    }


def rolled(folder: Path, addresses: Mapping[str, str]) -> dict[str, int]:
    """Return how many events a second go from a log into each store."""
    found = {}
    with EventLog.open(folder / "log") as log:
        for batch in pages(100_000):
            log.append(batch)
        for name, address in addresses.items():
            store = open_event_store(address)
            took = _took(lambda s=store: sync_events(log, s))  # type: ignore[misc]
            found[name] = round(log.count() / took)
            store.close()
    return found


def same(stores: Mapping[str, EventStore]) -> bool:
    """Return whether the stores give one answer to what they can be compared in exactly."""
    first, *others = stores.values()
    names = ("count_by_day", "compute_position_rates", "build_training_rows")
    return all(getattr(s, n)() == getattr(first, n)() for s in others for n in names)


def installed_mb() -> dict[str, float | str]:
    """Return what each library takes on the disk, without what it needs itself."""
    found: dict[str, float | str] = {}
    for name in LIBRARIES:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            found[name] = "not installed"
            continue
        paths = [Path(str(each.locate())) for each in files]
        found[name] = round(sum(p.stat().st_size for p in paths if p.is_file()) / 1e6)
    return found


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _worked(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _mb(folder: Path) -> float:
    return round(sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6, 1)


def main(
    n_events: Annotated[int, typer.Option(help="Events of each store.")] = 1_000_000,
    repeats: Annotated[int, typer.Option(help="How often each question is asked.")] = 1,
) -> None:
    """Measure and write `results/event_store.json`."""
    has_chdb = all(find_spec(each) for each in ("chdb", "clickhouse_connect"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        places = {"parquet": folder / "parquet"} | ({"chdb": folder / "chdb"} if has_chdb else {})
        schemes = {"parquet": "", "chdb": "chdb:"}
        stores = {name: open_event_store(f"{schemes[name]}{path}") for name, path in places.items()}
        numbers: dict[str, Any] = {"take": filled(stores, n_events)}
        numbers["events"] = stores["parquet"].count()
        numbers["questions_s"] = {
            name: asked(lambda question, s=store: getattr(s, question)(), repeats)  # type: ignore[misc]
            for name, store in stores.items()
        }
        numbers["questions_s"]["duckdb"] = _duckdb(places["parquet"], repeats)
        numbers["same_answers"] = same(stores)
        numbers["erase_s"] = {
            name: round(_took(lambda s=store: s.erase("visitor-7")), 2)  # type: ignore[misc]
            for name, store in stores.items()
        }
        numbers["disk_mb"] = {name: _mb(path) for name, path in places.items()}
        for store in stores.values():
            store.close()
        again = {name: f"{schemes[name]}{path}-rolled" for name, path in places.items()}
        numbers["rolled_over_events_per_s"] = rolled(folder, again)
    numbers["installed_mb"] = installed_mb()
    print(numbers)
    write_result("event_store", numbers, command="python -m benchmarks.event_store")


def _duckdb(folder: Path, repeats: int) -> dict[str, dict[str, float]] | str:
    if find_spec("duckdb") is None:
        return "not installed"
    from benchmarks.event_store_duckdb import DuckDbFiles  # noqa: PLC0415 -- an optional library

    return asked(DuckDbFiles(folder).ask, repeats)


if __name__ == "__main__":
    typer.run(main)
