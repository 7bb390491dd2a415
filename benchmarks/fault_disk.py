"""A full disk and a read-only folder: reads continue, writes are refused, nothing is lost.

Mounts a small disk in memory, which needs root; without root the result says that it was skipped.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_processes import Child, Talk, find_service, kill, wait_until_gone
from benchmarks.fault_scenes import DONE, OPEN, acknowledged
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.setting_groups import IndexSettings

SMALL, LARGE = "145m", "700m"
N_PRODUCTS = 6_000
DIM = 256
BATCH = 100
_SEARCHING_S = 2.0
_STOP = "stop"
NOT_ROOT = {"skipped": "only root may mount a small disk"}


def measure(place: Path) -> dict[str, Any]:
    """Fill a small disk with an index, then serve an index from a read-only folder.

    Returns:
        Acknowledged, lost and refused products; searches and their errors.
    """
    if os.geteuid() != 0:
        return NOT_ROOT
    with _mount(place / "disk", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs"):
        full = _measure_full_disk(place / "disk")
    return {"full": full, "read_only": _measure_read_only(place)}


def _measure_full_disk(disk: Path) -> dict[str, Any]:
    folder = disk / "index"
    searcher = Child(lambda talk: _search_until_stopped(talk, folder, disk / _STOP))
    indexer = Child(lambda talk: _index_products(talk, folder))
    indexer.ended_within(300)
    refusal, n_acknowledged = indexer.error(), acknowledged(indexer.lines)
    filler = disk / "filler"
    with filler.open("wb") as file:
        n_filled = _write_until_full(file.fileno())
    time.sleep(_SEARCHING_S)  # on a disk without a free byte
    engine = find_service(folder).engine
    kill(engine)
    time.sleep(_SEARCHING_S)
    filler.unlink()
    time.sleep(_SEARCHING_S / 2)
    (disk / _STOP).touch()
    searcher.ended_within(60)
    _run("mount", "-o", f"remount,size={LARGE}", str(disk))
    (disk / _STOP).unlink()
    wait_until_gone(folder, 20.0)
    checker = Child(lambda talk: _count_and_finish(talk, folder, n_acknowledged))
    checker.ended_within(300)
    n_searches, n_errors, slowest_ms, *examples = searcher.lines[-1].split("|")
    n_found, n_finally = [*checker.lines, "0", "0"][:2]
    return {
        "disk": SMALL,
        "refused_with": refusal.split(":")[0],
        "message": refusal,
        "acknowledged": n_acknowledged,
        "lost": n_acknowledged - int(n_found),
        "filled_to_the_last_byte": n_filled > 0,
        "engine_killed_while_full": engine > 0,
        "searches": int(n_searches),
        "search_errors": int(n_errors),
        "search_error_examples": [example for example in examples if example],
        "slowest_search_ms": float(slowest_ms),
        "with_room_again": int(n_finally),
        "of": N_PRODUCTS,
        "error_afterwards": checker.error(),
    }


def _make_products(n_products: int) -> Iterator[Product]:
    rng = np.random.default_rng(n_products)
    for number in range(n_products):
        words = " ".join(f"word{word}" for word in rng.integers(0, 200, size=6))
        yield Product(f"sku-{number}", f"red {words}", price=float(number % 90), currency="AED")


def _open(folder: Path, must_exist: bool = False) -> ProductIndex:
    settings = IndexSettings(batch_size=BATCH, hnsw_min_points=100_000)
    return ProductIndex.open(folder, FakeEncoder(DIM), settings=settings, must_exist=must_exist)


def _index_products(talk: Talk, folder: Path) -> None:
    with _open(folder) as index:
        talk.say(OPEN)
        index.add(
            _make_products(N_PRODUCTS),
            progress=lambda report: talk.say(f"{DONE}{report.n_processed}"),
        )


def _search_until_stopped(talk: Talk, folder: Path, stop: Path) -> None:
    while not (folder / "current").exists():
        time.sleep(0.02)
    n_searches, slowest_s, errors = 0, 0.0, []
    with _open(folder, must_exist=True) as index:
        service = SearchService(index)
        while not stop.exists():
            started_at = time.monotonic()
            try:
                service.search(Query(f"red word{n_searches % 200}"))
                n_searches += 1
            except ShopwindowError as exc:
                errors.append(str(exc))
            slowest_s = max(slowest_s, time.monotonic() - started_at)
            time.sleep(0.01)
        service.close()
    examples = [error.replace("|", "/")[:200] for error in errors[:3]]
    talk.say("|".join((str(n_searches), str(len(errors)), f"{1000 * slowest_s:.0f}", *examples)))


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


def _count_and_finish(talk: Talk, folder: Path, n_acknowledged: int) -> None:
    with _open(folder, must_exist=True) as index:
        talk.say(str(len(index.get([f"sku-{number}" for number in range(n_acknowledged)]))))
        index.add(_make_products(N_PRODUCTS))
        talk.say(str(index.count()))


def _measure_read_only(place: Path) -> dict[str, Any]:
    writable, read_only = place / "writable", place / "read-only"
    writable.mkdir()
    filler = Child(lambda _: _fill_index(writable / "index"))
    filler.ended_within(120)
    wait_until_gone(writable / "index", 20.0)
    states_before = _read_states(writable)
    with _mount(read_only, "--bind", str(writable)):
        _run("mount", "-o", "remount,bind,ro", str(read_only))
        reader = Child(lambda talk: _read_and_write(talk, read_only / "index"))
        reader.ended_within(120)
        wait_until_gone(read_only / "index", 20.0)
    lines = [*reader.lines, "0", ""]
    return {
        "answers": int(lines[0]),
        "write_refused_with": lines[1],
        "error": reader.error(),
        "files_changed": len({*states_before.items()} ^ {*_read_states(writable).items()}),
    }


def _fill_index(folder: Path) -> None:
    with _open(folder) as index:
        index.add(_make_products(300))


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


def _read_states(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def _mount(mount_point: Path, *options: str) -> Iterator[None]:
    """Mount a disk or folder while the block runs."""
    mount_point.mkdir()
    _run("mount", *options, str(mount_point))
    try:
        yield
    finally:
        service = find_service(mount_point / "index")
        kill(service.supervisor, service.engine)
        time.sleep(0.5)
        _run("umount", "--lazy", str(mount_point))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
