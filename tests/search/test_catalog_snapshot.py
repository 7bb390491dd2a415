"""Catalogue snapshots: built on first use, refreshed in the background, kept on failure."""

import threading
import time

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search.catalog_snapshot import (
    MAX_SNAPSHOTS,
    SNAPSHOT_MAX_AGE_S,
    CatalogSnapshot,
    CatalogSnapshotCache,
)
from search.query.synonym_expansion import SynonymIndex
from shopwindow.values import Filters, Product
from shopwindow.values.errors import IndexStoreError


class Clock:
    """A clock that a test advances."""

    now = 0.0

    def __call__(self) -> float:
        """Return the current seconds."""
        return self.now


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product("1", "Red mug", brand="Nuqta", category=("Home", "Mugs"))])
    return index


def wait_for_refresh(cache: CatalogSnapshotCache, previous: CatalogSnapshot) -> CatalogSnapshot:
    """Return the next snapshot, once the background thread has built it."""
    for _ in range(200):
        if cache.get() is not previous:
            return cache.get()
        time.sleep(0.01)
    return previous


def test_vocabulary_and_entities_come_from_the_catalog(index: ProductIndex) -> None:
    snapshot = CatalogSnapshotCache(index, SynonymIndex(())).get()
    assert snapshot.vocabulary.counts == {"red": 1, "mug": 1, "nuqta": 1, "home": 1, "mugs": 1}
    assert [entity.kind for entity in snapshot.entities.lookup_exact(("nuqta",))] == ["brand"]
    assert [entity.name for entity in snapshot.entities.lookup_exact(("mug",))] == ["Mugs"]


def test_a_snapshot_is_reused_until_it_is_too_old(index: ProductIndex) -> None:
    clock = Clock()
    cache = CatalogSnapshotCache(index, SynonymIndex(()), clock)
    first = cache.get()
    clock.now = SNAPSHOT_MAX_AGE_S
    assert cache.get() is first
    clock.now += 1
    assert wait_for_refresh(cache, first) is not first


def test_a_change_of_the_index_refreshes_the_snapshot(index: ProductIndex) -> None:
    cache = CatalogSnapshotCache(index, SynonymIndex(()))
    first = cache.get()
    index.add([Product("2", "Blue vase")])
    assert "vase" in wait_for_refresh(cache, first).vocabulary.counts
    second = cache.get()
    index.delete(["2"])
    assert "vase" not in wait_for_refresh(cache, second).vocabulary.counts


def test_the_previous_snapshot_serves_while_the_store_is_unavailable(
    index: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    cache = CatalogSnapshotCache(index, SynonymIndex(()), clock)
    first = cache.get()

    attempts = []

    def fail(*_: object) -> dict[str, int]:
        attempts.append(1)
        raise IndexStoreError("away")

    monkeypatch.setattr(index, "count_surface_forms", fail)
    clock.now = SNAPSHOT_MAX_AGE_S + 1
    assert cache.get() is first
    for _ in range(5):
        time.sleep(0.05)
        assert cache.get() is first
    assert len(attempts) == 1


def test_merchant_snapshots_are_cached_up_to_a_maximum(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", f"mug word{n}x", merchant_id=f"m{n}") for n in range(3))
        cache = CatalogSnapshotCache(index, SynonymIndex(()))
        whole, first = cache.get(), cache.get(Filters(merchant_id="m0"))
        assert first.vocabulary.counts == {"mug": 1, "word0x": 1}
        both = cache.get(Filters(merchant_id=("m2", "m0", "m2")))
        assert set(both.vocabulary.counts) == {"mug", "word0x", "word2x"}
        assert cache.get(Filters(merchant_id=("m0", "m2"), category="Mugs")) is both
        for n in range(MAX_SNAPSHOTS - 1):
            assert cache.get(Filters(merchant_id=f"nobody-{n}")).vocabulary.counts == {}
        assert cache.get(Filters(merchant_id=("m0", "m2"))) is both
        assert cache.get(Filters(merchant_id="m0")) is not first  # the least recently used one
        assert cache.get() is cache.get(Filters(category="Mugs")) is whole


def test_building_one_merchants_snapshot_blocks_no_other(
    index: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, count_words = CatalogSnapshotCache(index, SynonymIndex(())), index.count_surface_forms
    started, resume = threading.Event(), threading.Event()

    def slow(filters: Filters, limit: int = 9) -> dict[str, int]:
        if filters.merchant_id == ("large",):
            started.set()
            assert resume.wait(10)
        return count_words(filters, limit)

    monkeypatch.setattr(index, "count_surface_forms", slow)
    waiting = threading.Thread(target=cache.get, args=(Filters(merchant_id="large"),))
    waiting.start()
    assert started.wait(10)
    assert cache.get(Filters(merchant_id="small")).vocabulary.counts == {}
    assert cache.get().vocabulary.counts
    resume.set()
    waiting.join()
