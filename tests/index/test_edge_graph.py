"""The graph of the embedded engine, over vectors so wide that it is really built, and rebuilt."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.store.edge import EdgeStore
from index.store.exact import ExactStore
from index.store.points import PHOTO, PHOTOS, FieldIndex, In, Point, StoreSchema, VectorQuery
from index.text.bm25 import build_document_vector
from tests.index.test_store_contract import make_sparse_vector, point_id

DIM = 512
N_POINTS = 600
"""At 2 kB a vector more than the megabyte from which the engine builds a graph."""

HNSW_MIN_POINTS = 500
SCHEMA = StoreSchema(
    dims={PHOTO: DIM},
    fields=(FieldIndex("color", "keyword", enable_hnsw=True, is_cached=True),),
    multivector_dims={PHOTOS: DIM},
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


def make_points_with_photos(numbers: range) -> list[Point]:
    return [
        replace(point, vectors={**point.vectors, PHOTOS: make_rows(number)})
        for number, point in zip(numbers, make_wide_points(numbers), strict=True)
    ]


def make_rows(number: int) -> np.ndarray:
    return np.stack([make_unit(50_000 + 3 * number + n) for n in range(3)])


def read_engine_vectors(store: EdgeStore) -> set[str]:
    (shard,) = Path(store.location).glob("shard-*")
    return set(json.loads((shard / "edge_config.json").read_text())["vectors"])


def find_by_photos(store: EdgeStore, numbers: Iterable[int]) -> list[str]:
    queries = [VectorQuery(PHOTOS, make_unit(50_000 + 3 * n + 2), limit=1) for n in numbers]
    return [hits[0][0] for hits in store.query(queries) if hits]


def test_a_shard_gets_a_multivector_with_the_first_point_that_has_one(
    store: EdgeStore, tmp_path: Path
) -> None:
    store.upsert(make_wide_points(range(N_POINTS)))
    assert read_engine_vectors(store) == {PHOTO}
    store.optimize(wait=True)
    assert find_by_photos(store, range(3)) == []
    store.upsert(make_points_with_photos(range(400)))
    assert read_engine_vectors(store) == {PHOTO, PHOTOS}
    expected = [point_id(n) for n in range(0, 400, 40)]
    assert find_by_photos(store, range(0, 400, 40)) == expected
    store.optimize(wait=True)
    assert find_by_photos(store, range(0, 400, 40)) == expected
    assert store.info()["unindexed_vectors"] == 0
    store.upsert(make_points_with_photos(range(700, 702)))
    store.close()
    with closing(EdgeStore(tmp_path / "index", hnsw_min_points=HNSW_MIN_POINTS)) as reopened:
        assert find_by_photos(reopened, [0, 360, 701]) == [point_id(n) for n in (0, 360, 701)]
        assert (
            len(reopened.retrieve([point_id(5)], (), (PHOTOS,))[point_id(5)].vectors[PHOTOS]) == 3
        )


def test_a_multivector_that_came_while_a_graph_was_built_is_in_the_new_shard(
    store: EdgeStore,
) -> None:
    store.upsert(make_wide_points(range(N_POINTS)))
    store.optimize()
    store.upsert(make_points_with_photos(range(3)))
    store.optimize(wait=True)
    assert (store.info()["graph"], store.info()["unindexed_vectors"]) == ("built", 3)
    assert find_by_photos(store, range(3)) == [point_id(n) for n in range(3)]
    check_neighbors(store, version=0, n_rewritten=0)
