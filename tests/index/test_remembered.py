"""Counting field values, and the memory that spares the engine."""

from collections.abc import Mapping, Sequence

import pytest

import index.payload_cache
from index.payload_cache import PayloadCache
from index.store.points import FieldValue, Payload, Point

SHOP: dict[str, Payload] = {
    "a": {"brand": "Noor", "category": ["Shoes", "Shoes > Boots"]},
    "b": {"brand": "Noor", "category": ["Shoes"]},
    "c": {"brand": "Sidra", "in_stock": 1},
    "d": {"brand": "Sidra", "category": ["Shoes", "Shoes"]},
}


class Shelf:
    """Points by id, and what was read of them."""

    def __init__(self) -> None:
        self.reads: list[str] = []

    def fetch(self, ids: Sequence[str], fields: tuple[str, ...]) -> Mapping[str, Point]:
        self.reads += ids
        return {
            each: Point(each, {n: v for n, v in SHOP[each].items() if n in fields})
            for each in ids
            if each in SHOP
        }

    def scan(self, after: str, limit: int, fields: tuple[str, ...]) -> tuple[list[Point], str]:
        ids = sorted(SHOP)[int(after or 0) : int(after or 0) + 3]
        following = int(after or 0) + 3
        return list(self.fetch(ids, fields).values()), str(following) if following < 4 else ""


FIELDS = ("brand", "category")


def tally(
    kept: PayloadCache, ids: Sequence[str], fields: tuple[str, ...]
) -> dict[str, dict[FieldValue, int]]:
    rows = kept.fetch_rows(ids, fields)
    return {name: rows.count_values(ids, name) for name in fields}


def remembered(shelf: Shelf) -> PayloadCache:
    return PayloadCache(FIELDS, shelf.fetch, shelf.scan)


def test_a_row_counts_once_for_each_of_its_values() -> None:
    found = tally(remembered(Shelf()), list("abcdx"), FIELDS)
    assert found == {
        "brand": {"Noor": 2, "Sidra": 2},
        "category": {"Shoes": 3, "Shoes > Boots": 1},
    }
    assert list(found["brand"]) == ["Noor", "Sidra"]


def test_only_what_is_not_remembered_is_read() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    tally(rows, ["a", "b"], FIELDS)
    tally(rows, ["a", "b", "c"], ("category",))
    assert shelf.reads == ["a", "b", "c"]
    rows.invalidate(["a", "unknown"])
    tally(rows, ["a", "b"], ("brand",))
    assert shelf.reads == ["a", "b", "c", "a"]


def test_what_is_written_need_not_be_read() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    rows.put([Point("a", {"brand": "Dune"}), Point("e", {"brand": "Dune"})])
    assert tally(rows, ["a", "e"], ("brand",)) == {"brand": {"Dune": 2}}
    assert shelf.reads == []


def test_fields_that_are_not_kept_are_read_each_time() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    for _ in range(2):
        assert tally(rows, ["c", "a"], ("in_stock", "brand")) == {
            "in_stock": {1: 1},
            "brand": {"Noor": 1, "Sidra": 1},
        }
    assert shelf.reads == ["c", "a"] * 2


def test_a_full_memory_starts_anew_and_counts_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.payload_cache, "MAX_CACHED_POINTS", 3)
    rows = remembered(Shelf())
    tally(rows, ["a", "b"], FIELDS)
    assert tally(rows, ["a", "c", "d"], ("brand",)) == {"brand": {"Sidra": 2, "Noor": 1}}


def test_reading_ahead_spares_later_reads_and_ends() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    while rows.can_prefetch:
        rows.prefetch()
    assert shelf.reads == ["a", "b", "c", "d"]
    assert tally(rows, list("abcd"), ("brand",)) == {"brand": {"Noor": 2, "Sidra": 2}}
    assert len(shelf.reads) == 4


def test_nothing_is_read_ahead_where_there_is_no_room_or_no_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = Shelf()
    assert not PayloadCache((), shelf.fetch, shelf.scan).can_prefetch
    monkeypatch.setattr(index.payload_cache, "MAX_CACHED_POINTS", 40)
    assert not remembered(shelf).can_prefetch
