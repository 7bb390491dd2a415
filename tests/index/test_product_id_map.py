"""Product ids of points: right, in order, read once, and never too many of them kept."""

from collections.abc import Sequence

import pytest

import index.product_id_map
from index.field_rows import FieldRows
from index.payload import to_payload, to_point_id
from index.product_id_map import ProductIdMap
from index.store.exact import ExactStore
from index.store.points import Point, PointId, ScoredPoint, StoreSchema
from shopwindow.values import Product

NAMES = "abcdef"


class CountingStore(ExactStore):
    """Notes which points' fields were read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[list[str]] = []

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        self.reads.append(list(ids))
        return super().fetch_rows(ids, fields)


@pytest.fixture
def store() -> CountingStore:
    store = CountingStore()
    store.create(StoreSchema({}), {})
    products = [Product(name, f"mug {name}") for name in NAMES]
    store.upsert([Point(to_point_id(p.id), to_payload(p)) for p in products])
    return store


def make_result(names: str) -> list[ScoredPoint]:
    return [(to_point_id(name), 1.0 - n / 10) for n, name in enumerate(names)]


def test_results_keep_their_order_and_scores(store: CountingStore) -> None:
    converted = ProductIdMap(store).convert([make_result("cab"), [], make_result("bf")])
    assert converted == [[("c", 1.0), ("a", 0.9), ("b", 0.8)], [], [("b", 1.0), ("f", 0.9)]]


def test_a_point_is_looked_up_once_even_if_several_queries_found_it(store: CountingStore) -> None:
    ids = ProductIdMap(store)
    ids.convert([make_result("ab"), make_result("ba")])
    ids.convert([make_result("ba")])
    ids.convert([make_result("abc")])
    points = [[to_point_id(name) for name in names] for names in ("ab", "c")]
    assert store.reads == points


def test_a_point_that_was_deleted_meanwhile_is_left_out(store: CountingStore) -> None:
    result = make_result("abc")
    store.delete([to_point_id("b")])
    assert ProductIdMap(store).convert([result]) == [[("a", 1.0), ("c", 0.8)]]


@pytest.mark.parametrize("n_kept", [1, 3, 4])
def test_a_full_map_starts_anew_and_stays_right(
    store: CountingStore, monkeypatch: pytest.MonkeyPatch, n_kept: int
) -> None:
    monkeypatch.setattr(index.product_id_map, "MAX_KNOWN_IDS", n_kept)
    ids = ProductIdMap(store)
    for names in ("abc", "bcd", "def", "abcdef"):
        assert [name for name, _ in ids.convert([make_result(names)])[0]] == list(names)


def test_ids_are_kept_up_to_the_limit(
    store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.product_id_map, "MAX_KNOWN_IDS", 4)
    ids = ProductIdMap(store)
    for names in ("ab", "cd", "ab", "e", "ab"):
        ids.convert([make_result(names)])
    assert [len(read) for read in store.reads] == [2, 2, 1, 2]
