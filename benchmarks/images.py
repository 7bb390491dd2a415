"""All photos of a product in the embedded engine: a multivector, or a point a photo.

`python -m benchmarks.images` fills shards with products of one and of four photos, whose vectors
are random in clusters, in each layout that could hold them, without and with a graph. It times the
same queries in all layouts in turn, and compares their answers with exact search over all photos.
It needs no data.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import qdrant_edge as qe
import typer
from numpy.typing import NDArray

from benchmarks.image_layouts import DIM, SHELVES, Layout, make_config, make_layouts
from benchmarks.results_file import SEED, write_result
from shopwindow.values.arrays import l2_normalize

PER_CLUSTER = 50
NOISE = 0.7
N_QUERIES = 200
WARM_UP = 20
BATCH = 500
LIMITS = (10, 200)
"""What a page shows, and what each retriever asks for by default."""

Numbers: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shop:
    """Products with the vectors of their photos, and photos taken by shoppers.

    Attributes:
        photos: Unit vectors, shape (n_products, n_photos, DIM).
        queries: Unit vectors near one photo each, shape (N_QUERIES, DIM).
    """

    photos: NDArray[np.float32]
    queries: NDArray[np.float32]

    @classmethod
    def make(cls, n_products: int, n_photos: int) -> "Shop":
        """Return a shop whose photos vary about their product, and products about clusters."""
        rng = np.random.default_rng(SEED)
        blur = partial(_blur, rng)
        centres = l2_normalize(rng.normal(size=(max(n_products // PER_CLUSTER, 1), DIM)))
        products = blur(centres[rng.integers(len(centres), size=n_products)])
        photos = blur(np.repeat(products, n_photos, axis=0)).reshape(n_products, n_photos, DIM)
        rows = rng.integers(n_products, size=N_QUERIES)
        taken = photos[rows, rng.integers(n_photos, size=N_QUERIES)]
        return cls(photos, blur(taken))

    def rank(self, limit: int, shelf: int | None) -> list[set[int]]:
        """Return for each query the products whose best photo is nearest, by exact search."""
        n_products, n_photos, _ = self.photos.shape
        scores = self.photos.reshape(-1, DIM) @ self.queries.T  # (n_products * n_photos, n_queries)
        best = scores.reshape(n_products, n_photos, -1).max(axis=1)  # (n_products, n_queries)
        if shelf is not None:
            best[np.arange(n_products) % SHELVES != shelf] = -2
        ranked = np.argsort(-best, axis=0, kind="stable")[:limit]  # (limit, n_queries)
        return [set(column.tolist()) for column in ranked.T]


def _blur(rng: np.random.Generator, rows: NDArray[Any]) -> NDArray[np.float32]:
    return l2_normalize(rows + rng.normal(size=rows.shape) * (NOISE / np.sqrt(DIM)))


def build(folder: Path, name: str, n_products: int, n_photos: int, has_graph: bool) -> Numbers:
    """Fill a shard.

    Returns:
        Seconds of writing and of building the graph, and megabytes on disk.
    """
    layout, shop = make_layouts(n_photos)[name], Shop.make(n_products, n_photos)
    folder.mkdir(parents=True)
    shard = qe.EdgeShard.create(str(folder), make_config(layout))
    params = qe.IntegerIndexParams(lookup=True, range=True)
    shard.update(qe.UpdateOperation.create_field_index("shelf", params))
    started = time.perf_counter()
    for start in range(0, n_products, BATCH):
        numbers = range(start, min(start + BATCH, n_products))
        points = [point for n in numbers for point in layout.make_points(n, shop.photos[n])]
        shard.update(qe.UpdateOperation.upsert_points(points))
        shard.flush()
    written = time.perf_counter()
    if has_graph:
        shard.optimize()
    built = time.perf_counter()
    shard.close()
    return {
        "write_s": round(written - started, 1),
        "graph_s": round(built - written, 1),
        "disk_mb": round(sum(f.stat().st_blocks * 512 for f in folder.rglob("*")) / 1e6, 1),
    }


def measure_memory(folder: Path, name: str, n_photos: int) -> Numbers:
    """Return by how many megabytes a process grows that opens a shard and searches it."""
    layout = make_layouts(n_photos)[name]
    queries = Shop.make(PER_CLUSTER, 1).queries
    before = _get_peak_mb()
    shard = qe.EdgeShard.load(str(folder), make_config(layout))
    for query in queries:
        layout.search(shard, query, LIMITS[0], None)
    return {"memory_mb": round(_get_peak_mb() - before, 1)}


def _get_peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def time_searches(folder: Path, n_products: int, n_photos: int) -> dict[str, Numbers]:
    """Time the same queries in all layouts in turn, and compare their answers with exact search.

    Returns:
        By layout and kind of query, milliseconds of the median and of the fastest tenth, and
        recall.
    """
    shop, layouts = Shop.make(n_products, n_photos), make_layouts(n_photos)
    shards = {
        name: qe.EdgeShard.load(str(folder / name), make_config(layout))
        for name, layout in layouts.items()
    }
    found: dict[str, Numbers] = {name: {} for name in layouts}
    for limit in LIMITS:
        for shelf in (None, 3):
            label = f"{limit} hits" + ("" if shelf is None else ", filter of a tenth")
            for name, numbers in _time_kind(shop, layouts, shards, limit, shelf).items():
                found[name][label] = numbers
    return found


def _time_kind(
    shop: Shop,
    layouts: dict[str, Layout],
    shards: "dict[str, qe.EdgeShard]",
    limit: int,
    shelf: int | None,
) -> dict[str, Numbers]:
    times: dict[str, list[float]] = {name: [] for name in layouts}
    recalls: dict[str, list[float]] = {name: [] for name in layouts}
    for query, expected in zip(shop.queries, shop.rank(limit, shelf), strict=True):
        for name, layout in layouts.items():
            started = time.perf_counter()
            hits = layout.search(shards[name], query, limit, shelf)
            times[name].append((time.perf_counter() - started) * 1000)
            recalls[name].append(len({number for number, _ in hits} & expected) / len(expected))
    return {
        name: {
            "p50_ms": round(float(np.median(times[name][WARM_UP:])), 2),
            "p10_ms": round(float(np.percentile(times[name][WARM_UP:], 10)), 2),
            "recall": round(float(np.mean(recalls[name])), 3),
        }
        for name in layouts
    }


def measure(n_products: int, n_photos: int, has_graph: bool) -> dict[str, Numbers]:
    """Build, open and search every layout of one shop.

    Returns:
        The numbers of each layout.
    """
    with tempfile.TemporaryDirectory() as folder:
        root, numbers = Path(folder), {}
        for name in make_layouts(n_photos):
            built = _run_apart(build, root / name, name, n_products, n_photos, has_graph)
            numbers[name] = built | _run_apart(measure_memory, root / name, name, n_photos)
        timed = _run_apart(time_searches, root, n_products, n_photos)
        return {name: numbers[name] | timed[name] for name in numbers}


def _run_apart(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return the result of a call in a new process: its memory is not that of others."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()


SHOPS = {
    "10,000 products, 1 photo": (10_000, 1, False),
    "10,000 products, 4 photos": (10_000, 4, False),
    "10,000 products, 1 photo, graph": (10_000, 1, True),
    "10,000 products, 4 photos, graph": (10_000, 4, True),
    "30,000 products, 4 photos, graph": (30_000, 4, True),
}
"""Products, photos of each, and whether there is a graph."""


def main() -> None:
    """Measure every shop and write the result file."""
    numbers = {}
    for name, (n_products, n_photos, has_graph) in SHOPS.items():
        numbers[name] = measure(n_products, n_photos, has_graph)
        typer.echo(f"{name}: {numbers[name]}")
    write_result("images", {"shops": numbers}, command="python -m benchmarks.images")


if __name__ == "__main__":
    typer.run(main)
