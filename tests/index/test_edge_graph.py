"""The graph of the embedded engine, over vectors so wide that it is really built, and rebuilt."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.store.edge import EdgeStore
from index.store.exact import ExactStore
from index.store.points import PHOTO, FieldIndex, In, Point, StoreSchema, VectorQuery
from index.text.bm25 import build_document_vector
from tests.index.test_store_contract import make_sparse_vector, point_id

DIM = 512
N_POINTS = 600
"""At 2 kB a vector more than the megabyte from which the engine builds a graph."""

HNSW_MIN_POINTS = 500
SCHEMA = StoreSchema(
    dims={PHOTO: DIM}, fields=(FieldIndex("color", "keyword", enable_hnsw=True, is_cached=True),)
)


def make_unit(number: int) -> np.ndarray:
    values = np.random.default_rng(number).normal(size=DIM).astype(np.float32)
    return values / np.linalg.norm(values)


def make_wide_points(numbers: range, version: int = 0, *, has_words: bool = True) -> list[Point]:
    return [
        Point(
            point_id(number),
            {"color": ("red", "blue")[number % 2]},
            {PHOTO: make_unit(number + 10_000 * version)},
            make_sparse_vector(number) if has_words else build_document_vector((), 5.0),
        )
        for number in numbers
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    opened = EdgeStore(tmp_path / "index", hnsw_min_points=HNSW_MIN_POINTS)
    opened.create(SCHEMA)
    yield opened
    opened.close()


@pytest.mark.parametrize("has_words", [True, False])
def test_a_graph_is_due_once_half_its_least_size_was_rewritten(
    store: EdgeStore, has_words: bool
) -> None:
    store.upsert(make_wide_points(range(N_POINTS), has_words=has_words))
    store.optimize(wait=True)
    assert (store.info()["graph"], store.info()["unindexed_vectors"]) == ("built", 0)
    assert store.info()["segments"] == 2, "one with a graph, one for what comes"
    shard = list(Path(store.location).glob("shard-*"))
    half = HNSW_MIN_POINTS // 2
    store.upsert(make_wide_points(range(half - 1), version=1, has_words=has_words))
    assert (store.info()["graph"], store.info()["unindexed_vectors"]) == ("built", half - 1)
    store.optimize(wait=True)
    assert list(Path(store.location).glob("shard-*")) == shard, "not due, so not built"
    store.upsert(make_wide_points(range(half - 1, half), version=1, has_words=has_words))
    store.optimize(wait=True)  # if the engine did not begin by itself, within a second
    assert (store.info()["graph"], store.info()["unindexed_vectors"]) == ("built", 0)
    assert list(Path(store.location).glob("shard-*")) != shard
    check_neighbors(store, version=1, n_rewritten=half)


def check_neighbors(store: EdgeStore, version: int, n_rewritten: int) -> None:
    """Compare the hits of a graph with those of exact search."""
    oracle = ExactStore()
    oracle.create(SCHEMA)
    oracle.upsert(make_wide_points(range(N_POINTS)))
    oracle.upsert(make_wide_points(range(n_rewritten), version))
    queries = [
        VectorQuery(PHOTO, make_unit(99_000 + n), conditions, limit=10)
        for n in range(10)
        for conditions in ((), (In("color", ("red",)),))
    ]
    found, exact = store.query(queries), oracle.query(queries)
    recalls = [
        len({hit for hit, _ in hits} & {hit for hit, _ in best}) / 10
        for hits, best in zip(found, exact, strict=True)
    ]
    assert np.mean(recalls) >= 0.95
