"""Counting field values, and the memory that spares the engine."""

from collections.abc import Mapping, Sequence

import pytest

import index.tally
from index.store import Payload, Point
from index.tally import RememberedRows

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


def remembered(shelf: Shelf) -> RememberedRows:
    return RememberedRows(shelf.fetch, shelf.scan)


def test_a_row_counts_once_for_each_of_its_values() -> None:
    found = remembered(Shelf()).tally(list("abcdx"), ("brand", "category"))
    assert found == {
        "brand": {"Noor": 2, "Sidra": 2},
        "category": {"Shoes": 3, "Shoes > Boots": 1},
    }
    assert list(found["brand"]) == ["Noor", "Sidra"]


def test_only_what_is_not_remembered_is_read() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    rows.tally(["a", "b"], ("brand", "category"))
    rows.tally(["a", "b", "c"], ("category",))
    assert shelf.reads == ["a", "b", "c"]
    rows.forget(["a", "unknown"])
    rows.tally(["a", "b"], ("brand",))
    assert shelf.reads == ["a", "b", "c", "a"]


def test_a_new_field_is_read_for_all() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    rows.tally(["c"], ("brand",))
    assert rows.tally(["c"], ("in_stock",)) == {"in_stock": {1: 1}}
    assert rows.tally(["c"], ("brand",)) == {"brand": {"Sidra": 1}}
    assert shelf.reads == ["c", "c"]


def test_a_full_memory_starts_anew_and_counts_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.tally, "MAX_REMEMBERED", 3)
    rows = remembered(Shelf())
    rows.tally(["a", "b"], ("brand",))
    assert rows.tally(["a", "c", "d"], ("brand",)) == {"brand": {"Sidra": 2, "Noor": 1}}


def test_reading_ahead_spares_later_reads_and_ends() -> None:
    shelf = Shelf()
    rows = remembered(shelf)
    assert not rows.may_read_ahead  # which fields are wanted is not known yet
    rows.tally(["d"], ("brand",))
    while rows.may_read_ahead:
        rows.read_ahead()
    assert shelf.reads == ["d", "a", "b", "c", "d"]
    assert rows.tally(list("abcd"), ("brand",)) == {"brand": {"Noor": 2, "Sidra": 2}}
    assert len(shelf.reads) == 5


def test_reading_ahead_ends_when_the_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.tally, "MAX_REMEMBERED", 100)
    rows = remembered(Shelf())
    rows.tally(["a"], ("brand",))
    assert not rows.may_read_ahead
