"""One suite over every store; exact numpy search is the oracle."""

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
    SPARSE,
    TEXT,
    Condition,
    FieldIndex,
    FieldValue,
    In,
    IsEmpty,
    OrderBy,
    Point,
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
)
COLORS = ("red", "green", "blue")


def point_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"point-{number}"))


def unit(seed: int) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return row / np.linalg.norm(row)


def words(*numbers: int) -> SparseVector:
    return SparseVector(np.array(numbers, np.uint32), np.ones(len(numbers), np.float32))


def make_point(number: int, **payload: object) -> Point:
    colors = [COLORS[number % 3], f"shade-{number % 5}"]
    fields = {"color": colors, "price": float(number), "in_stock": number % 2, "n": number}
    return Point(
        id=point_id(number),
        payload={**fields, "merchant_id": f"m{number % 2}", **payload},
        vectors={PHOTO: unit(number), TEXT: unit(1000 + number)},
        sparse_vector=words(1, 2 + number % 4, 10 + number),
    )


def fill(store: VectorStore, n_points: int = 40) -> VectorStore:
    store.create(SCHEMA)
    store.upsert([make_point(number) for number in range(n_points)])
    return store


StoreMaker = Callable[[Path], VectorStore]
STORES: dict[str, StoreMaker] = {
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
    """A store that tests only read: starting an engine for each would take a minute in all."""
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
    assert empty.query([VectorQuery(PHOTO, unit(1)), VectorQuery(SPARSE, words(1))]) == [[], []]
    assert empty.facet("color") == {}
    assert empty.scroll() == ([], "")
    assert empty.retrieve([point_id(1)]) == {}


def test_create_twice_is_refused(store: VectorStore) -> None:
    with pytest.raises(IndexStoreError, match="already"):
        store.create(SCHEMA)
    assert store.count() == 40


def test_no_points_and_no_legs_are_fine(store: VectorStore) -> None:
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
def test_answers_equal_exact_search(
    filled: VectorStore, oracle: VectorStore, conditions: tuple[Condition, ...], limit: int
) -> None:
    legs = [
        VectorQuery(PHOTO, unit(501), conditions, limit=limit),
        VectorQuery(TEXT, unit(502), conditions, limit=limit),
        VectorQuery(SPARSE, words(3, 12, 15), conditions, limit=limit),
    ]
    for got, expected in zip(filled.query(legs), oracle.query(legs), strict=True):
        assert [score for _, score in got] == pytest.approx([s for _, s in expected], abs=1e-5)
        # Which of several equal scores stands at the cut is the engine's choice.
        cut = expected[-1][1] + 1e-5 if len(expected) == limit else -1.0
        assert above(got, cut) == above(expected, cut)
    assert filled.count(conditions) == oracle.count(conditions)
    assert filled.facet("color", conditions) == oracle.facet("color", conditions)


def test_words_are_replaced_and_nothing_else(store: VectorStore) -> None:
    before = store.retrieve([point_id(1)], vectors=True)[point_id(1)]
    store.update_sparse_vectors({point_id(1): words(500, 501), point_id(2): words(500)})
    after = store.retrieve([point_id(1)], vectors=True)[point_id(1)]
    assert after.payload == before.payload
    assert after.vectors.keys() == before.vectors.keys()
    for name, vector in before.vectors.items():
        np.testing.assert_allclose(after.vectors[name], vector, atol=1e-6)
    found = store.query([VectorQuery(SPARSE, words(501), limit=50)])[0]
    assert [each for each, _ in found] == [point_id(1)]
    gone = store.query([VectorQuery(SPARSE, words(11), limit=50)])[
        0
    ]  # was the word of point 1 alone
    assert gone == []
    store.update_sparse_vectors({})
    with pytest.raises(IndexStoreError):
        store.update_sparse_vectors({point_id(77): words(1)})
    assert store.count() == 40


def tally(
    store: VectorStore, ids: Sequence[str], fields: tuple[str, ...]
) -> dict[str, dict[FieldValue, int]]:
    rows = store.fetch_rows(ids, fields)
    return {name: rows.count_values(ids, name) for name in fields}


def test_rows_are_those_of_the_named_points_as_they_are_now(store: VectorStore) -> None:
    ids = [point_id(n) for n in range(1, 8)]
    fields = ("color", "in_stock")
    before = tally(store, [*ids, point_id(99)], fields)
    assert before == counted(store.retrieve(ids).values(), fields)
    assert list(before["color"].values()) == sorted(before["color"].values(), reverse=True)
    first = make_point(1)
    store.upsert([Point(first.id, {"color": "violet"}, first.vectors)])  # one value, no list
    store.delete([point_id(2)])
    after = tally(store, ids, fields)
    assert after == counted(store.retrieve(ids).values(), fields)
    assert after["color"]["violet"] == 1
    assert tally(store, ids[:3], ("merchant_id",)) == {"merchant_id": {"m1": 1}}
    assert tally(store, [], fields) == {"color": {}, "in_stock": {}}


def counted(points: Iterable[Point], fields: tuple[str, ...]) -> dict[str, dict[str | int, int]]:
    found: dict[str, Counter[str | int]] = {name: Counter() for name in fields}
    for point in points:
        for name in fields:
            found[name].update(np.atleast_1d(point.payload.get(name, [])).tolist())
    return {name: dict(each) for name, each in found.items()}


def above(scored: list[ScoredPoint], cut: float) -> list[str]:
    return [each for each, score in scored if score > cut]


def test_only_named_points_are_ranked(filled: VectorStore) -> None:
    named = tuple(point_id(n) for n in (3, 7, 11))
    for vector, using in ((unit(3), PHOTO), (words(1, 3, 14), SPARSE)):
        every = filled.query([VectorQuery(using, vector, limit=100)])[0]
        some = filled.query(
            [VectorQuery(using, vector, include_ids=(*named, point_id(9999)), limit=9)]
        )[0]
        assert [each for each, _ in some] == [each for each, _ in every if each in named]
        assert [score for _, score in some] == pytest.approx([s for e, s in every if e in named])


def test_values_and_conditions_of_named_points(filled: VectorStore) -> None:
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
    found = [each for each, _ in filled.query([query])[0]]
    assert point_id(3) not in found
    assert len(found) == 39


def test_a_point_without_photo_is_found_by_its_text_only(store: VectorStore) -> None:
    bare = make_point(77)
    store.upsert([Point(bare.id, bare.payload, {TEXT: bare.vectors[TEXT]})])
    by_photo, by_text, by_words = store.query(
        [
            VectorQuery(PHOTO, unit(77), limit=100),
            VectorQuery(TEXT, unit(1077), limit=1),
            VectorQuery(SPARSE, words(87), limit=100),
        ]
    )
    assert point_id(77) not in [each for each, _ in by_photo]
    assert by_text[0][0] == point_id(77)
    assert by_words == []


def test_upsert_replaces_the_whole_point(store: VectorStore) -> None:
    store.upsert([Point(point_id(5), {"color": ["black"]}, {TEXT: unit(9)}, words(99))])
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


def test_vectors_come_back_as_they_went_in(filled: VectorStore) -> None:
    point = filled.retrieve([point_id(4)], vectors=True)[point_id(4)]
    assert point.vectors[PHOTO].dtype == np.float32
    np.testing.assert_allclose(point.vectors[PHOTO], unit(4), atol=1e-6)
    assert point.sparse_vector is not None
    assert point.sparse_vector.indices.tolist() == [1, 2, 14]


def test_only_the_asked_fields_come(filled: VectorStore) -> None:
    point = filled.retrieve([point_id(4)], fields=("price", "missing"))[point_id(4)]
    assert point.payload == {"price": 4.0}
    assert dict(point.vectors) == {}


def test_delete_removes_and_passes_over_unknown_ids(store: VectorStore) -> None:
    store.delete([point_id(1), point_id(999)])
    assert store.count() == 39
    assert store.retrieve([point_id(1)]) == {}
    assert point_id(1) not in [
        e for e, _ in store.query([VectorQuery(PHOTO, unit(1), limit=100)])[0]
    ]


def test_scroll_gives_each_point_once_in_order(filled: VectorStore) -> None:
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
def test_an_order_begins_at_its_start_and_passes_over_what_lacks_the_field(
    store: VectorStore, descending: bool
) -> None:
    store.upsert([make_point(100, price=None), make_point(101, price=7.0)])
    start = 7.0
    found = store.scroll_ordered(OrderBy("price", descending, start), (), 200, ("price",))
    prices = [point.payload["price"] for point in found]
    wanted = [float(n) for n in range(40) if (n <= start if descending else n >= start)] + [7.0]
    assert prices == sorted(wanted, reverse=descending)
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
    "wide": (Point(point_id(1), {}, {PHOTO: np.ones(DIM + 1, np.float32)}), "width 8"),
    "unknown vector": (Point(point_id(1), {}, {"smell": unit(1)}), "unknown vector 'smell'"),
    "nan weight": (
        Point(point_id(1), {}, {}, SparseVector(np.array([1], np.uint32), np.array([np.nan]))),
        "not a finite number",
    ),
}


@pytest.mark.parametrize(("broken", "message"), BROKEN_POINTS.values(), ids=BROKEN_POINTS)
def test_a_refused_batch_leaves_no_trace(store: VectorStore, broken: Point, message: str) -> None:
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
def test_any_history_equals_the_oracle(
    store: VectorStore, operations: list[tuple[str, int]]
) -> None:
    oracle = fill(ExactStore())
    store.upsert([make_point(number) for number in range(40)])
    for turn, (name, number) in enumerate(operations):
        for each in (store, oracle):
            if name == "upsert":
                each.upsert([make_point(number, n=turn)])
            else:
                each.delete([point_id(number)])
    assert store.scroll(limit=50)[0] == oracle.scroll(limit=50)[0]
    legs = [VectorQuery(PHOTO, unit(600), limit=50), VectorQuery(SPARSE, words(1, 3, 14), limit=50)]
    (got, got_words), (expected, expected_words) = store.query(legs), oracle.query(legs)
    assert [each for each, _ in got] == [each for each, _ in expected]
    # Engines count deleted points in their word statistics until they next optimise.
    assert {each for each, _ in got_words} == {each for each, _ in expected_words}
