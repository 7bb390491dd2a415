"""Partial updates of price and stock against the bare engine's own payload update.

`python -m benchmarks.updates` fills an embedded index with made-up products, copies its shard, and
in turn updates price and stock of the same products through `ProductIndex.update` and with one
operation of the bare engine for each, flushed to the disk after as many. It needs no data.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.latency import BATCH, Catalogue
from benchmarks.results_file import write_result
from embed import load_encoder
from index import ProductIndex
from index.manifest import Manifest
from index.payload import CACHED_FIELDS, INDEXED_FIELDS, to_point_id
from index.store.edge import EdgeStore
from index.store.edge.disk_space import copy_sparse_tree
from index.store.edge.engine import EdgeEngine
from index.store.edge.metadata_files import read_current_shard
from index.store.points import PointUpdate, StoreSchema
from index.updating_run import BATCH_FACTOR
from shopwindow.values import Encoder
from shopwindow.values.setting_groups import IndexSettings

MEAN_WORDS = 31.0
"""Tokens of a made-up product, so that no round reweights the keyword vectors."""
N_ROUNDS = 5


def fill(folder: Path, n_products: int, encoder: Encoder) -> StoreSchema:
    """Write made-up products into an index folder, without a graph.

    Returns:
        The schema of its store.
    """
    catalogue = Catalogue.of(n_products, encoder.spec)
    schema = StoreSchema(catalogue.projection.dims, INDEXED_FIELDS, CACHED_FIELDS)
    store = EdgeStore(folder)
    store.create(schema)
    store.write_manifest(Manifest.create(encoder.spec).with_update(MEAN_WORDS).as_dict())
    for start in range(0, n_products, BATCH):
        stop = min(start + BATCH, n_products)
        store.upsert(catalogue.points(start, stop, MEAN_WORDS))
    store.close()
    return schema


def time_bare_s(engine: EdgeEngine, ids: Sequence[str], price: float, batch_size: int) -> float:
    """Return the seconds for one payload operation a product and one flush a batch."""
    started = time.perf_counter()
    for start in range(0, len(ids), batch_size):
        batch = ids[start : start + batch_size]
        changes = [{"price": price + n % 7, "in_stock": n % 2} for n in range(len(batch))]
        engine.update_points(
            [PointUpdate(to_point_id(i), c) for i, c in zip(batch, changes, strict=True)]
        )
    return time.perf_counter() - started


def time_update_s(index: ProductIndex, ids: Sequence[str], price: float) -> float:
    """Return the seconds for `ProductIndex.update`, from the new values to the report.

    Raises:
        ValueError: Not every product was updated.
    """
    changes = {
        product_id: {"price": price + n % 7, "in_stock": bool(n % 2)}
        for n, product_id in enumerate(ids)
    }
    started = time.perf_counter()
    report = index.update(changes)
    duration_s = time.perf_counter() - started
    if report.updated != len(ids):
        raise ValueError(f"expected {len(ids)} updates, got {report.updated}")
    return duration_s


def measure(n_products: int, n_updates: int, encoder: Encoder) -> dict[str, Any]:
    """Return the rates of each round, and their medians."""
    ids = [f"sku-{n * (n_products // n_updates)}" for n in range(n_updates)]
    settings = IndexSettings(hnsw_min_points=10 * n_products)
    batch_size = settings.batch_size * BATCH_FACTOR
    bare, ours = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder, copy = Path(temporary) / "index", Path(temporary) / "bare"
        schema = fill(folder, n_products, encoder)
        copy_sparse_tree(folder / read_current_shard(folder).shard, copy)
        engine = EdgeEngine.load(copy, schema)
        with ProductIndex.open(folder, encoder, settings=settings) as index:
            for number in range(1, N_ROUNDS + 1):
                bare.append(n_updates / time_bare_s(engine, ids, 0.5 + 10 * number, batch_size))
                ours.append(n_updates / time_update_s(index, ids, 0.5 + 10 * number))
        engine.close()
    shares = [own / alone for own, alone in zip(ours, bare, strict=True)]
    return {
        "n_products": n_products,
        "n_updates": n_updates,
        "batch_size": batch_size,
        "bare_per_s": [round(rate) for rate in bare],
        "updates_per_s": [round(rate) for rate in ours],
        "bare_per_s_median": round(float(np.median(bare))),
        "updates_per_s_median": round(float(np.median(ours))),
        "share_median": round(float(np.median(shares)), 3),
    }


def main(
    products: Annotated[int, typer.Option(help="Products of the index.")] = 100_000,
    updates: Annotated[int, typer.Option(help="Products that are updated.")] = 20_000,
    encoder: Annotated[str, typer.Option(help="Encoder whose vectors are made up.")] = "compact",
) -> None:
    """Measure and write `results/updates.json`."""
    numbers = measure(products, updates, load_encoder(encoder))
    typer.echo(numbers)
    command = f"python -m benchmarks.updates --products {products} --updates {updates}"
    write_result("updates", numbers, command=command)


if __name__ == "__main__":
    typer.run(main)
