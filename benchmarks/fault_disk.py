"""A full disk and a read-only folder: reads go on, writes are refused, nothing is lost.

Mounts a small disk in memory, which only root may; who is not is told so in the result.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_processes import Child, Talk, gone_within, kill, service_of
from benchmarks.fault_scenes import DONE, OPEN, acknowledged
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.settings import IndexSettings

SMALL, LARGE = "145m", "700m"
N_PRODUCTS = 6_000
DIM = 256
BATCH = 100
_SEARCHING_S = 2.0
_STOP = "stop"
NOT_ROOT = {"skipped": "only root may mount a small disk"}


def measure(place: Path) -> dict[str, Any]:
    """Fill a small disk with an index, then serve an index from a read-only one.

    Returns:
        What was acknowledged, lost and refused; searches and their errors.
    """
    if os.geteuid() != 0:
        return NOT_ROOT
    with _mounted(place / "disk", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs"):
        full = _fill_up(place / "disk")
    return {"full": full, "read_only": _read_only(place)}


def _fill_up(disk: Path) -> dict[str, Any]:
    folder = disk / "index"
    searching = Child(lambda talk: _search_on(talk, folder, disk / _STOP))
    indexing = Child(lambda talk: _index(talk, folder))
    indexing.ended_within(300)
    refusal, n_acknowledged = indexing.error(), acknowledged(indexing.lines)
    filler = disk / "filler"
    with filler.open("wb") as file:
        n_filled = _write_until_full(file.fileno())
    time.sleep(_SEARCHING_S)  # on a disk without a byte of room
    engine = service_of(folder).engine
    kill(engine)
    time.sleep(_SEARCHING_S)
    filler.unlink()
    time.sleep(_SEARCHING_S / 2)
    (disk / _STOP).touch()
    searching.ended_within(60)
    _run("mount", "-o", f"remount,size={LARGE}", str(disk))
    (disk / _STOP).unlink()
    gone_within(folder, 20.0)
    after = Child(lambda talk: _look_and_go_on(talk, folder, n_acknowledged))
    after.ended_within(300)
    n_answers, n_errors, slowest_ms, *examples = searching.lines[-1].split("|")
    found, went_on = [*after.lines, "0", "0"][:2]
    return {
        "disk": SMALL,
        "refused_with": refusal.split(":")[0],
        "message": refusal,
        "acknowledged": n_acknowledged,
        "lost": n_acknowledged - int(found),
        "filled_to_the_last_byte": n_filled > 0,
        "engine_killed_while_full": engine > 0,
        "searches": int(n_answers),
        "search_errors": int(n_errors),
        "search_error_examples": [each for each in examples if each],
        "slowest_search_ms": float(slowest_ms),
        "with_room_again": int(went_on),
        "of": N_PRODUCTS,
        "error_afterwards": after.error(),
    }


def _products(n_products: int) -> Iterator[Product]:
    rng = np.random.default_rng(n_products)
    for number in range(n_products):
        words = " ".join(f"word{each}" for each in rng.integers(0, 200, size=6))
        yield Product(f"sku-{number}", f"red {words}", price=float(number % 90), currency="AED")


def _open(folder: Path, must_exist: bool = False) -> ProductIndex:
    settings = IndexSettings(batch_size=BATCH, hnsw_min_points=100_000)
    return ProductIndex.open(folder, FakeEncoder(DIM), settings=settings, must_exist=must_exist)


def _index(talk: Talk, folder: Path) -> None:
    with _open(folder) as index:
        talk.say(OPEN)
        index.add(
            _products(N_PRODUCTS), progress=lambda report: talk.say(f"{DONE}{report.n_processed}")
        )


def _search_on(talk: Talk, folder: Path, stop: Path) -> None:
    while not (folder / "current").exists():
        time.sleep(0.02)
    n_answers, slowest_s, errors = 0, 0.0, []
    with _open(folder, must_exist=True) as index:
        service = SearchService(index)
        while not stop.exists():
            began = time.monotonic()
            try:
                service.search(Query(f"red word{n_answers % 200}"))
                n_answers += 1
            except ShopwindowError as exc:
                errors.append(str(exc))
            slowest_s = max(slowest_s, time.monotonic() - began)
            time.sleep(0.01)
        service.close()
    examples = [each.replace("|", "/")[:200] for each in errors[:3]]
    talk.say("|".join((str(n_answers), str(len(errors)), f"{1000 * slowest_s:.0f}", *examples)))


def _write_until_full(descriptor: int) -> int:
    n_written = 0
    try:
        for size in (1 << 20, 1 << 12):
            while True:
                try:
                    n_written += os.write(descriptor, bytes(size))
                except OSError:
                    break
    finally:
        os.fsync(descriptor)
    return n_written


def _look_and_go_on(talk: Talk, folder: Path, n_acknowledged: int) -> None:
    with _open(folder, must_exist=True) as index:
        talk.say(str(len(index.get([f"sku-{number}" for number in range(n_acknowledged)]))))
        index.add(_products(N_PRODUCTS))
        talk.say(str(index.count()))


def _read_only(place: Path) -> dict[str, Any]:
    writable, seen = place / "writable", place / "seen"
    writable.mkdir()
    making = Child(lambda _: _fill(writable / "index"))
    making.ended_within(120)
    gone_within(writable / "index", 20.0)
    before = _states(writable)
    with _mounted(seen, "--bind", str(writable)):
        _run("mount", "-o", "remount,bind,ro", str(seen))
        reading = Child(lambda talk: _read_and_write(talk, seen / "index"))
        reading.ended_within(120)
        gone_within(seen / "index", 20.0)
    lines = [*reading.lines, "0", ""]
    return {
        "answers": int(lines[0]),
        "write_refused_with": lines[1],
        "error": reading.error(),
        "files_changed": len({*before.items()} ^ {*_states(writable).items()}),
    }


def _fill(folder: Path) -> None:
    with _open(folder) as index:
        index.add(_products(300))


def _read_and_write(talk: Talk, folder: Path) -> None:
    with _open(folder, must_exist=True) as index:
        service = SearchService(index)
        hits = [service.search(Query(f"red word{number}")).hits for number in range(50)]
        service.close()
        talk.say(str(sum(map(bool, hits))))
        try:
            index.add([Product("new", "red thing")])
        except ShopwindowError as exc:
            talk.say(f"{type(exc).__name__}: {exc}")


def _states(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def _mounted(point: Path, *what: str) -> Iterator[None]:
    """Mount something while the block runs."""
    point.mkdir()
    _run("mount", *what, str(point))
    try:
        yield
    finally:
        service = service_of(point / "index")
        kill(service.keeper, service.engine)
        time.sleep(0.5)
        _run("umount", "--lazy", str(point))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
