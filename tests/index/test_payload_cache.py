"""Counting field values, and the payload cache that spares the engine reads."""

from collections.abc import Iterable, Mapping, Sequence

import pytest

import index.payload_cache
from index.payload_cache import PayloadCache
from index.store.points import FieldValue, Payload, Point, PointId, PointUpdate

POINTS: dict[str, Payload] = {
    "a": {"brand": "Noor", "category": ["Shoes", "Shoes > Boots"]},
    "b": {"brand": "Noor", "category": ["Shoes"]},
    "c": {"brand": "Sidra", "in_stock": 1},
    "d": {"brand": "Sidra", "category": ["Shoes", "Shoes"]},
}


def to_ids(names: Iterable[str]) -> list[PointId]:
    return [PointId(name) for name in names]


class PointReader:
    """Reads points by id, and records which ids were read."""

    def __init__(self) -> None:
        self.reads: list[str] = []

    def fetch(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> Mapping[PointId, Point]:
        self.reads += ids
        return {
            point_id: Point(
                point_id, {name: v for name, v in POINTS[point_id].items() if name in fields}
            )
            for point_id in ids
            if point_id in POINTS
        }

    def scan(self, after: str, limit: int, fields: tuple[str, ...]) -> tuple[list[Point], str]:
        start = int(after or 0)
        points = self.fetch(to_ids(sorted(POINTS)[start : start + 3]), fields)
        return list(points.values()), str(start + 3) if start + 3 < 4 else ""


FIELDS = ("brand", "category")


def count_values(
    cache: PayloadCache, names: Sequence[str], fields: tuple[str, ...]
) -> dict[str, dict[FieldValue, int]]:
    rows = cache.fetch_rows(to_ids(names), fields)
    return {name: rows.count_values(names, name) for name in fields}


def make_cache(reader: PointReader) -> PayloadCache:
    return PayloadCache(FIELDS, reader.fetch, reader.scan)


def test_a_row_counts_once_for_each_of_its_values() -> None:
    counts = count_values(make_cache(PointReader()), list("abcdx"), FIELDS)
    assert counts == {
        "brand": {"Noor": 2, "Sidra": 2},
        "category": {"Shoes": 3, "Shoes > Boots": 1},
    }
    assert list(counts["brand"]) == ["Noor", "Sidra"]


def test_only_points_that_are_not_cached_are_read() -> None:
    reader = PointReader()
    cache = make_cache(reader)
    count_values(cache, ["a", "b"], FIELDS)
    count_values(cache, ["a", "b", "c"], ("category",))
    assert reader.reads == ["a", "b", "c"]
    cache.invalidate(to_ids(["a", "unknown"]))
    count_values(cache, ["a", "b"], ("brand",))
    assert reader.reads == ["a", "b", "c", "a"]


def test_written_points_are_not_read() -> None:
    reader = PointReader()
    cache = make_cache(reader)
    cache.put([Point(point_id, {"brand": "Dune"}) for point_id in to_ids("ae")])
    assert count_values(cache, ["a", "e"], ("brand",)) == {"brand": {"Dune": 2}}
    assert reader.reads == []


def test_fields_that_are_not_cached_are_read_each_time() -> None:
    reader = PointReader()
    cache = make_cache(reader)
    for _ in range(2):
        assert count_values(cache, ["c", "a"], ("in_stock", "brand")) == {
            "in_stock": {1: 1},
            "brand": {"Noor": 1, "Sidra": 1},
        }
    assert reader.reads == ["c", "a"] * 2


def test_changed_points_are_not_read_again() -> None:
    reader = PointReader()
    cache = make_cache(reader)
    count_values(cache, ["a", "b"], FIELDS)
    n_reads = len(reader.reads)
    (first, second, unread) = to_ids(["a", "b", "c"])
    rows = cache.take([first, second, unread])
    assert set(rows) == {first, second}
    updates = [PointUpdate(first, {"brand": "Lulu"}), PointUpdate(second, {"brand": None, "x": 1})]
    cache.put_changed(rows, [*updates, PointUpdate(unread, {"brand": "Lulu"})])
    assert count_values(cache, ["a", "b"], ("brand",)) == {"brand": {"Lulu": 1}}
    assert len(reader.reads) == n_reads


def test_a_full_cache_is_cleared_and_counts_correctly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.payload_cache, "MAX_CACHED_POINTS", 3)
    cache = make_cache(PointReader())
    count_values(cache, ["a", "b"], FIELDS)
    assert count_values(cache, ["a", "c", "d"], ("brand",)) == {"brand": {"Sidra": 2, "Noor": 1}}


def test_prefetching_saves_later_reads_and_ends() -> None:
    reader = PointReader()
    cache = make_cache(reader)
    while cache.can_prefetch:
        cache.prefetch()
    assert reader.reads == ["a", "b", "c", "d"]
    assert count_values(cache, list("abcd"), ("brand",)) == {"brand": {"Noor": 2, "Sidra": 2}}
    assert len(reader.reads) == 4


def test_nothing_is_prefetched_without_room_or_without_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = PointReader()
    assert not PayloadCache((), reader.fetch, reader.scan).can_prefetch
    monkeypatch.setattr(index.payload_cache, "MAX_CACHED_POINTS", 40)
    assert not make_cache(reader).can_prefetch
