"""The contract suite of all vector stores; exact numpy search is the oracle."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.store.contract import VectorStore
from index.store.edge import EdgeStore
from index.store.exact import ExactStore
from index.store.points import (
    PHOTO,
    PHOTOS,
    SPARSE,
    TEXT,
    Condition,
    FieldIndex,
    FieldValue,
    In,
    IsEmpty,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    Range,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.server import ServerStore
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError, VectorError

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]

DIM = 8
SCHEMA = StoreSchema(
    dims={PHOTO: DIM, TEXT: DIM},
    fields=(
        FieldIndex("color", "keyword", enable_hnsw=True, is_cached=True),
        FieldIndex("merchant_id", "keyword", enable_hnsw=True, is_tenant=True),
        FieldIndex("price", "float"),
        FieldIndex("in_stock", "integer", is_cached=True),
    ),
    multivector_dims={PHOTOS: DIM},
)
COLORS = ("red", "green", "blue")


def point_id(number: int) -> PointId:
    return PointId(str(uuid.uuid5(uuid.NAMESPACE_URL, f"point-{number}")))


def unit(seed: int) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return row / np.linalg.norm(row)


def make_sparse_vector(*term_ids: int) -> SparseVector:
    return SparseVector(np.array(term_ids, np.uint32), np.ones(len(term_ids), np.float32))


def make_point(number: int, **payload: object) -> Point:
    colors = [COLORS[number % 3], f"shade-{number % 5}"]
    fields = {"color": colors, "price": float(number), "in_stock": number % 2, "n": number}
    return Point(
        id=point_id(number),
        payload={**fields, "merchant_id": f"m{number % 2}", **payload},
        vectors={PHOTO: unit(number), TEXT: unit(1000 + number)},
        sparse_vector=make_sparse_vector(1, 2 + number % 4, 10 + number),
    )


def fill(store: VectorStore, n_points: int = 40) -> VectorStore:
    store.create(SCHEMA)
    store.upsert([make_point(number) for number in range(n_points)])
    return store


StoreFactory = Callable[[Path], VectorStore]
STORES: dict[str, StoreFactory] = {
    "exact": lambda _: ExactStore(),
    "edge": lambda folder: EdgeStore(folder / "edge"),
    "server-in-memory": lambda _: ServerStore.in_memory(),
}


@pytest.fixture(params=STORES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    store = STORES[request.param](tmp_path)
    yield store
    store.close()


@pytest.fixture
def store(empty: VectorStore) -> VectorStore:
    return fill(empty)


@pytest.fixture(params=STORES, scope="module")
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VectorStore]:
    """A store that tests only read: an engine for each test would take a minute in total."""
    store = fill(STORES[request.param](tmp_path_factory.mktemp("filled")))
    yield store
    store.close()


@pytest.fixture(scope="module")
def oracle() -> VectorStore:
    return fill(ExactStore())


def test_nothing_works_before_create(empty: VectorStore) -> None:
    with pytest.raises(IndexStoreError, match="not created"):
        empty.upsert([make_point(1)])
    with pytest.raises(IndexStoreError, match="not created"):
        empty.count()


def test_an_empty_store_answers_with_nothing(empty: VectorStore) -> None:
    empty.create(SCHEMA)
    assert empty.count() == 0
    assert empty.query(
        [VectorQuery(PHOTO, unit(1)), VectorQuery(SPARSE, make_sparse_vector(1))]
    ) == [[], []]
    assert empty.facet("color") == {}
    assert empty.scroll() == ([], "")
    assert empty.retrieve([point_id(1)]) == {}


def test_create_twice_is_refused(store: VectorStore) -> None:
    with pytest.raises(IndexStoreError, match="already"):
        store.create(SCHEMA)
    assert store.count() == 40


def test_empty_writes_and_queries_are_accepted(store: VectorStore) -> None:
    store.upsert([])
    store.delete([])
    assert store.query([]) == []
    assert store.retrieve([]) == {}
    assert store.count() == 40


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "none": (),
    "one keyword": (In("color", ("red",)),),
    "one of two in a list": (In("color", ("shade-1", "blue")),),
    "open range": (Range("price", low=20.0),),
    "both ends inclusive": (Range("price", 5.0, 10.0),),
    "integer flag": (In("in_stock", (1,)),),
    "all must hold": (In("color", ("red",)), Range("price", high=30.0)),
    "nothing passes": (In("color", ("no such",)),),
}


@pytest.mark.parametrize("conditions", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_results_equal_exact_search(
    filled: VectorStore, oracle: VectorStore, conditions: tuple[Condition, ...], limit: int
) -> None:
    queries = [
        VectorQuery(PHOTO, unit(501), conditions, limit=limit),
        VectorQuery(TEXT, unit(502), conditions, limit=limit),
        VectorQuery(SPARSE, make_sparse_vector(3, 12, 15), conditions, limit=limit),
    ]
    for got, expected in zip(filled.query(queries), oracle.query(queries), strict=True):
        assert [score for _, score in got] == pytest.approx([s for _, s in expected], abs=1e-5)
        # Which of several equal scores makes it into the limit is the engine's choice.
        threshold = expected[-1][1] + 1e-5 if len(expected) == limit else -1.0
        assert ids_above(got, threshold) == ids_above(expected, threshold)
    assert filled.count(conditions) == oracle.count(conditions)
    assert filled.facet("color", conditions) == oracle.facet("color", conditions)


def test_updating_sparse_vectors_changes_nothing_else(store: VectorStore) -> None:
    before = store.retrieve([point_id(1)], vectors=True)[point_id(1)]
    store.update_sparse_vectors(
        {point_id(1): make_sparse_vector(500, 501), point_id(2): make_sparse_vector(500)}
    )
    after = store.retrieve([point_id(1)], vectors=True)[point_id(1)]
    assert after.payload == before.payload
    assert after.vectors.keys() == before.vectors.keys()
    for name, vector in before.vectors.items():
        np.testing.assert_allclose(after.vectors[name], vector, atol=1e-6)
    matching = store.query([VectorQuery(SPARSE, make_sparse_vector(501), limit=50)])[0]
    assert [hit_id for hit_id, _ in matching] == [point_id(1)]
    # Term 11 was in point 1 alone.
    assert store.query([VectorQuery(SPARSE, make_sparse_vector(11), limit=50)]) == [[]]
    store.update_sparse_vectors({})
    with pytest.raises(IndexStoreError):
        store.update_sparse_vectors({point_id(77): make_sparse_vector(1)})
    assert store.count() == 40


def test_an_update_changes_the_named_fields_and_nothing_else(store: VectorStore) -> None:
    ids = [point_id(number) for number in range(3)]
    before = store.retrieve(ids, vectors=True)
    store.fetch_rows(ids, ("color", "in_stock"))  # what is cached must change too
    store.update_points(
        [
            PointUpdate(ids[1], {"price": 900.5, "in_stock": 0, "new": {"a": [1]}}),
            PointUpdate(ids[2], {"price": None, "color": ["violet"], "no such field": None}),
        ]
    )
    after = store.retrieve(ids, vectors=True)
    assert after[ids[0]].payload == before[ids[0]].payload
    expected = {**before[ids[1]].payload, "price": 900.5, "in_stock": 0, "new": {"a": [1]}}
    assert after[ids[1]].payload == expected
    without_price = {k: v for k, v in before[ids[2]].payload.items() if k != "price"}
    assert after[ids[2]].payload == {**without_price, "color": ["violet"]}
    for number in ids:
        for name, vector in before[number].vectors.items():
            np.testing.assert_allclose(after[number].vectors[name], vector, atol=1e-6)
        assert_same_sparse(after[number].sparse_vector, before[number].sparse_vector)
    assert store.count((Range("price", low=900.0),)) == 1
    assert store.count((IsEmpty("price"),)) == 1
    assert store.facet("color")["violet"] == 1
    rows = store.fetch_rows(ids, ("color", "in_stock"))
    assert rows.by_id[ids[2]] == (("violet",), (0,))
    assert rows.by_id[ids[1]] == (tuple(before[ids[1]].payload["color"]), (0,))
    ordered = store.scroll_ordered(OrderBy("price", descending=True), limit=1)
    assert [point.id for point in ordered] == [ids[1]]


def assert_same_sparse(got: SparseVector | None, expected: SparseVector | None) -> None:
    assert got is not None
    assert expected is not None
    assert got.indices.tolist() == expected.indices.tolist()
    assert got.values.tolist() == expected.values.tolist()


def test_an_update_replaces_and_removes_sparse_vectors(store: VectorStore) -> None:
    empty_vector = make_sparse_vector()
    store.update_points(
        [
            PointUpdate(point_id(1), {}, sparse_vector=make_sparse_vector(500)),
            PointUpdate(point_id(2), {"n": 7}, sparse_vector=empty_vector),
        ]
    )
    matching = store.query([VectorQuery(SPARSE, make_sparse_vector(500, 12, 11), limit=50)])[0]
    assert [hit_id for hit_id, _ in matching] == [point_id(1)]
    without = store.retrieve([point_id(2)], vectors=True)[point_id(2)]
    assert without.sparse_vector is None
    assert set(without.vectors) == {PHOTO, TEXT}
    assert without.payload["n"] == 7


def test_an_update_changes_values_inside_an_object(store: VectorStore) -> None:
    before = {"id": "a", "price": 1.0, "attributes": {"color": "red", "size": "M"}, "tags": ["x"]}
    store.update_points([PointUpdate(point_id(1), {"product": before})])
    changes: Payload = {
        "price": 2.5,
        "in_stock": False,
        "attributes": {"color": "blue"},
        "tags": [],
    }
    store.update_points([PointUpdate(point_id(1), {"n": 9}, {"product": changes})])
    payload = store.retrieve([point_id(1)])[point_id(1)].payload
    assert payload["product"] == {**before, **changes}
    assert payload["n"] == 9
    assert payload["color"] == make_point(1).payload["color"]


def test_a_refused_update_changes_no_point(store: VectorStore) -> None:
    store.update_points([])
    n_changes = store.n_changes
    known = PointUpdate(point_id(1), {"price": 5000.0})
    with pytest.raises(IndexStoreError, match="there is no point"):
        store.update_points([known, PointUpdate(point_id(77), {"price": 5000.0})])
    bad = SparseVector(np.array([1], np.uint32), np.array([np.nan], np.float32))
    with pytest.raises(VectorError, match="finite"):
        store.update_points([known, PointUpdate(point_id(2), {}, sparse_vector=bad)])
    assert store.count((Range("price", low=4000.0),)) == 0
    assert store.count() == 40
    assert store.n_changes == n_changes


def test_several_updates_of_one_point_all_count_in_their_order(store: VectorStore) -> None:
    updates: list[Payload] = [{"price": 1.5, "a": 1}, {"price": None, "b": 2}, {"price": 2.5}]
    store.update_points([PointUpdate(point_id(1), changes) for changes in updates])
    payload = store.retrieve([point_id(1)])[point_id(1)].payload
    assert (payload["price"], payload["a"], payload["b"]) == (2.5, 1, 2)


def test_an_update_needs_a_store_and_counts_as_a_change(empty: VectorStore) -> None:
    with pytest.raises(IndexStoreError, match="not created"):
        empty.update_points([PointUpdate(point_id(1), {"price": 1.0})])
    fill(empty, 3)
    before = empty.n_changes
    empty.update_points([PointUpdate(point_id(1), {"price": 1.0})])
    assert empty.n_changes > before


def count_values(
    store: VectorStore, ids: Sequence[PointId], fields: tuple[str, ...]
) -> dict[str, dict[FieldValue, int]]:
    rows = store.fetch_rows(ids, fields)
    return {name: rows.count_values(ids, name) for name in fields}


def test_rows_have_the_current_values_of_the_points(store: VectorStore) -> None:
    ids = [point_id(n) for n in range(1, 8)]
    fields = ("color", "in_stock")
    before = count_values(store, [*ids, point_id(99)], fields)
    assert before == count_payload_values(store.retrieve(ids).values(), fields)
    assert list(before["color"].values()) == sorted(before["color"].values(), reverse=True)
    first = make_point(1)
    store.upsert(
        [Point(first.id, {"color": "violet"}, first.vectors)]
    )  # a single value instead of a list
    store.delete([point_id(2)])
    after = count_values(store, ids, fields)
    assert after == count_payload_values(store.retrieve(ids).values(), fields)
    assert after["color"]["violet"] == 1
    assert count_values(store, ids[:3], ("merchant_id",)) == {"merchant_id": {"m1": 1}}
    assert count_values(store, [], fields) == {"color": {}, "in_stock": {}}


def count_payload_values(
    points: Iterable[Point], fields: tuple[str, ...]
) -> dict[str, dict[str | int, int]]:
    counters: dict[str, Counter[str | int]] = {name: Counter() for name in fields}
    for point in points:
        for name in fields:
            counters[name].update(np.atleast_1d(point.payload.get(name, [])).tolist())
    return {name: dict(counter) for name, counter in counters.items()}


def ids_above(scored: list[ScoredPoint], threshold: float) -> list[str]:
    return [point_id for point_id, score in scored if score > threshold]


def test_only_included_points_are_ranked(filled: VectorStore) -> None:
    included = tuple(point_id(n) for n in (3, 7, 11))
    include_ids = (*included, point_id(9999))
    for vector, using in ((unit(3), PHOTO), (make_sparse_vector(1, 3, 14), SPARSE)):
        all_hits = filled.query([VectorQuery(using, vector, limit=100)])[0]
        hits = filled.query([VectorQuery(using, vector, include_ids=include_ids, limit=9)])[0]
        expected = [hit for hit in all_hits if hit[0] in included]
        assert [hit_id for hit_id, _ in hits] == [hit_id for hit_id, _ in expected]
        assert [score for _, score in hits] == pytest.approx([score for _, score in expected])


def test_rows_and_conditions_of_points_by_id(filled: VectorStore) -> None:
    ids = [point_id(n) for n in (3, 4, 9999)]
    rows = filled.fetch_rows(ids, ("merchant_id", "price", "nothing", "color"))
    assert rows.first_values("merchant_id") == {ids[0]: "m1", ids[1]: "m0"}
    assert rows.first_values("price") == {ids[0]: 3.0, ids[1]: 4.0}
    assert rows.first_values("nothing") == {}
    assert rows.first_values("color") == {ids[0]: "red", ids[1]: "green"}
    assert rows.by_id.keys() == set(ids[:2])
    assert rows.filter_ids((In("color", ("red",)), In("merchant_id", ("m1",)))) == {ids[0]}
    assert filled.fetch_rows([], ("color",)).by_id == {}
    red, cheap = In("color", ("red",)), Range("price", high=3)
    assert filled.filter_ids(ids, [(red,), (cheap,), (red, cheap), (In("color", ("x",)),)]) == [
        {ids[0]},
        {ids[0]},
        {ids[0]},
        set(),
    ]
    assert filled.filter_ids([], [(red,)]) == [set()]


def test_excluded_points_are_left_out(filled: VectorStore) -> None:
    query = VectorQuery(PHOTO, unit(3), exclude_ids=(point_id(3),), limit=100)
    hit_ids = [hit_id for hit_id, _ in filled.query([query])[0]]
    assert point_id(3) not in hit_ids
    assert len(hit_ids) == 39


def test_a_point_without_photo_is_found_by_its_text_only(store: VectorStore) -> None:
    without_photo = make_point(77)
    store.upsert(
        [Point(without_photo.id, without_photo.payload, {TEXT: without_photo.vectors[TEXT]})]
    )
    by_photo, by_text, by_tokens = store.query(
        [
            VectorQuery(PHOTO, unit(77), limit=100),
            VectorQuery(TEXT, unit(1077), limit=1),
            VectorQuery(SPARSE, make_sparse_vector(87), limit=100),
        ]
    )
    assert point_id(77) not in [hit_id for hit_id, _ in by_photo]
    assert by_text[0][0] == point_id(77)
    assert by_tokens == []


def with_photos(number: int, *seeds: int) -> Point:
    point = make_point(number)
    rows = {PHOTOS: np.stack([unit(seed) for seed in seeds])} if seeds else {}
    return Point(point.id, point.payload, {**point.vectors, **rows}, point.sparse_vector)


def test_without_multivectors_nothing_is_found_by_them(store: VectorStore) -> None:
    queries = [VectorQuery(PHOTOS, unit(1), limit=100), VectorQuery(PHOTO, unit(1), limit=1)]
    assert store.query(queries) == [[], store.query(queries[1:])[0]]
    assert store.retrieve([point_id(1)], (), (PHOTOS,))[point_id(1)].vectors == {}


def test_a_multivector_scores_like_its_best_row(store: VectorStore) -> None:
    store.upsert([with_photos(1, 701), with_photos(2, 702, 703, 704), with_photos(3)])
    query = unit(900)
    (found,) = store.query([VectorQuery(PHOTOS, query, limit=100)])
    expected = {1: (701,), 2: (702, 703, 704)}
    best = {point_id(n): max(float(unit(s) @ query) for s in expected[n]) for n in expected}
    assert dict(found) == pytest.approx(best, abs=1e-5)
    assert [hit for hit, _ in found] == sorted(best, key=lambda hit: -best[hit])
    for seed in (702, 703, 704):
        ((hit, score),) = store.query([VectorQuery(PHOTOS, unit(seed), limit=1)])[0]
        assert hit == point_id(2)
        assert score == pytest.approx(1.0, abs=1e-5)


def test_equal_rows_and_equal_points_are_ties_in_the_order_of_ids(store: VectorStore) -> None:
    store.upsert([with_photos(n, *[750] * (n % 3 + 1)) for n in range(6)])
    (found,) = store.query([VectorQuery(PHOTOS, unit(750), limit=100)])
    assert [hit for hit, _ in found] == sorted(point_id(n) for n in range(6))
    assert [score for _, score in found] == pytest.approx([1.0] * 6, abs=1e-5)


def test_multivectors_are_filtered_excluded_and_included(store: VectorStore) -> None:
    store.upsert([with_photos(n, 800 + n, 850 + n) for n in range(9)])
    red = (In("color", ("red",)),)
    queries = [
        VectorQuery(PHOTOS, unit(1), red, limit=100),
        VectorQuery(PHOTOS, unit(1), exclude_ids=(point_id(3),), limit=100),
        VectorQuery(PHOTOS, unit(1), include_ids=(point_id(3), point_id(20)), exact=True),
    ]
    found = [{hit for hit, _ in hits} for hits in store.query(queries)]
    assert found[0] == {point_id(n) for n in (0, 3, 6)}
    assert found[1] == {point_id(n) for n in range(9) if n != 3}
    assert found[2] == {point_id(3)}
    with pytest.raises(VectorError, match="shape"):
        store.query([VectorQuery(PHOTOS, np.ones(3, np.float32))])


def test_multivectors_are_kept_replaced_and_dropped_with_their_point(store: VectorStore) -> None:
    store.upsert([with_photos(4, 760, 761)])
    stored = store.retrieve([point_id(4)], (), vectors=True)[point_id(4)]
    assert stored.vectors.keys() == {PHOTO, TEXT, PHOTOS}
    assert stored.vectors[PHOTOS].dtype == np.float32
    np.testing.assert_allclose(stored.vectors[PHOTOS], np.stack([unit(760), unit(761)]), atol=1e-6)
    some = store.retrieve([point_id(4)], ("n",), (PHOTOS, SPARSE))[point_id(4)]
    assert set(some.vectors) == {PHOTOS}
    assert some.payload == {"n": 4}
    assert some.sparse_vector is not None
    assert store.retrieve([point_id(4)], (), (TEXT,))[point_id(4)].sparse_vector is None
    store.update_sparse_vectors({point_id(4): make_sparse_vector(5)})
    assert len(store.retrieve([point_id(4)], (), (PHOTOS,))[point_id(4)].vectors[PHOTOS]) == 2
    store.upsert([with_photos(4, 762)])
    assert store.retrieve([point_id(4)], (), (PHOTOS,))[point_id(4)].vectors[PHOTOS].shape == (1, 8)
    store.upsert([with_photos(4)])
    assert store.query([VectorQuery(PHOTOS, unit(762))]) == [[]]
    store.upsert([with_photos(4, 763)])
    store.delete([point_id(4)])
    assert store.query([VectorQuery(PHOTOS, unit(763))]) == [[]]


def test_upsert_replaces_the_whole_point(store: VectorStore) -> None:
    store.upsert(
        [Point(point_id(5), {"color": ["black"]}, {TEXT: unit(9)}, make_sparse_vector(99))]
    )
    point = store.retrieve([point_id(5)], vectors=True)[point_id(5)]
    assert point.payload == {"color": ["black"]}
    assert set(point.vectors) == {TEXT}
    assert point.vectors[TEXT] == pytest.approx(unit(9), abs=1e-6)
    assert point.sparse_vector is not None
    assert point.sparse_vector.indices.tolist() == [99]
    assert store.count() == 40


def test_duplicates_in_one_batch_keep_the_last(store: VectorStore) -> None:
    store.upsert([make_point(50, n="first"), make_point(50, n="last")])
    assert store.count() == 41
    assert store.retrieve([point_id(50)])[point_id(50)].payload["n"] == "last"


def test_vectors_are_retrieved_as_they_were_stored(filled: VectorStore) -> None:
    point = filled.retrieve([point_id(4)], vectors=True)[point_id(4)]
    assert point.vectors[PHOTO].dtype == np.float32
    np.testing.assert_allclose(point.vectors[PHOTO], unit(4), atol=1e-6)
    assert point.sparse_vector is not None
    assert point.sparse_vector.indices.tolist() == [1, 2, 14]


def test_only_the_requested_fields_are_retrieved(filled: VectorStore) -> None:
    point = filled.retrieve([point_id(4)], fields=("price", "missing"))[point_id(4)]
    assert point.payload == {"price": 4.0}
    assert dict(point.vectors) == {}


def test_delete_ignores_unknown_ids(store: VectorStore) -> None:
    store.delete([point_id(1), point_id(999)])
    assert store.count() == 39
    assert store.retrieve([point_id(1)]) == {}
    hits = store.query([VectorQuery(PHOTO, unit(1), limit=100)])[0]
    assert point_id(1) not in [hit_id for hit_id, _ in hits]


def test_scroll_returns_each_point_once_in_order(filled: VectorStore) -> None:
    seen: list[str] = []
    after = ""
    while True:
        batch, after = filled.scroll((In("merchant_id", ("m1",)),), after, 7, ("n",))
        seen += [point.id for point in batch]
        assert all(set(point.payload) == {"n"} for point in batch)
        if not after:
            break
    assert seen == sorted(point_id(number) for number in range(1, 40, 2))


@pytest.mark.parametrize("descending", [False, True])
def test_an_order_starts_at_its_value_and_skips_points_without_the_field(
    store: VectorStore, descending: bool
) -> None:
    store.upsert([make_point(100, price=None), make_point(101, price=7.0)])
    start = 7.0
    ordered = store.scroll_ordered(OrderBy("price", descending, start), (), 200, ("price",))
    prices = [point.payload["price"] for point in ordered]
    expected = [float(n) for n in range(40) if (n <= start if descending else n >= start)] + [7.0]
    assert prices == sorted(expected, reverse=descending)
    first = store.scroll_ordered(OrderBy("price", descending), (In("merchant_id", ("m1",)),), 2)
    assert [point.payload["price"] for point in first] == (
        [39.0, 37.0] if descending else [1.0, 3.0]
    )
    assert point_id(100) in {p.id for p in store.scroll((IsEmpty("price"),))[0]}
    assert store.count((IsEmpty("price"),)) == 1
    with pytest.raises(IndexStoreError, match="no index"):
        store.scroll_ordered(OrderBy("n"))


def test_the_manifest_is_replaced_whole(store: VectorStore) -> None:
    assert store.read_manifest() is None
    store.write_manifest({"schema": 1, "name": "فستان"})
    store.write_manifest({"schema": 2})
    assert store.read_manifest() == {"schema": 2}


BROKEN_POINTS: dict[str, tuple[Point, str]] = {
    "nan": (Point(point_id(1), {}, {PHOTO: np.full(DIM, np.nan, np.float32)}), "not finite"),
    "infinite": (Point(point_id(1), {}, {PHOTO: np.full(DIM, np.inf, np.float32)}), "not finite"),
    "wide": (Point(point_id(1), {}, {PHOTO: np.ones(DIM + 1, np.float32)}), "dimension 8"),
    "no rows": (Point(point_id(1), {}, {PHOTOS: np.empty((0, DIM), np.float32)}), "at least one"),
    "one row alone": (Point(point_id(1), {}, {PHOTOS: unit(1)}), "at least one row"),
    "one row is wide": (
        Point(point_id(1), {}, {PHOTOS: np.ones((2, DIM + 1), np.float32)}),
        "dimension 8",
    ),
    "one row is nan": (
        Point(point_id(1), {}, {PHOTOS: np.stack([unit(1), np.full(DIM, np.nan, np.float32)])}),
        "not finite",
    ),
    "unknown vector": (Point(point_id(1), {}, {"smell": unit(1)}), "unknown vector 'smell'"),
    "nan weight": (
        Point(point_id(1), {}, {}, SparseVector(np.array([1], np.uint32), np.array([np.nan]))),
        "not a finite number",
    ),
}


@pytest.mark.parametrize(("broken", "message"), BROKEN_POINTS.values(), ids=BROKEN_POINTS)
def test_a_refused_batch_changes_nothing(store: VectorStore, broken: Point, message: str) -> None:
    before = store.retrieve([point_id(1)], vectors=True)[point_id(1)]
    with pytest.raises(VectorError, match=message):
        store.upsert([make_point(60), broken])
    assert store.count() == 40
    assert store.retrieve([point_id(60)]) == {}
    assert store.retrieve([point_id(1)])[point_id(1)].payload == before.payload


def test_a_broken_query_is_refused(filled: VectorStore) -> None:
    with pytest.raises(VectorError, match="shape"):
        filled.query([VectorQuery(PHOTO, np.ones(3, np.float32))])
    with pytest.raises(VectorError, match="not finite"):
        filled.query([VectorQuery(PHOTO, np.full(DIM, np.nan, np.float32))])
    with pytest.raises(IndexStoreError, match="'weight' has no index"):
        filled.query([VectorQuery(PHOTO, unit(1), (In("weight", (1,)),))])
    with pytest.raises(IndexStoreError, match="'weight' has no index"):
        filled.facet("weight")


def test_close_is_idempotent(store: VectorStore) -> None:
    store.close()
    store.close()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    operations=st.lists(
        st.tuples(st.sampled_from(["upsert", "delete"]), st.integers(0, 12)), max_size=20
    )
)
def test_any_history_of_writes_equals_the_oracle(
    store: VectorStore, operations: list[tuple[str, int]]
) -> None:
    oracle = fill(ExactStore())
    store.upsert([make_point(number) for number in range(40)])
    for step, (name, number) in enumerate(operations):
        for target in (store, oracle):
            if name == "upsert":
                target.upsert([make_point(number, n=step)])
            else:
                target.delete([point_id(number)])
    assert store.scroll(limit=50)[0] == oracle.scroll(limit=50)[0]
    queries = [
        VectorQuery(PHOTO, unit(600), limit=50),
        VectorQuery(SPARSE, make_sparse_vector(1, 3, 14), limit=50),
    ]
    (got, got_sparse), (expected, expected_sparse) = store.query(queries), oracle.query(queries)
    assert [target for target, _ in got] == [target for target, _ in expected]
    # Engines count deleted points in their term statistics until they next optimize.
    assert {target for target, _ in got_sparse} == {target for target, _ in expected_sparse}
