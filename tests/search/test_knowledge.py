"""What is known of the catalogue: read at once, renewed beside the searches, kept when it fails."""

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
    """Time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self.now


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product("1", "Red mug", brand="Nuqta", category=("Home", "Mugs"))])
    return index


def renewed(keeper: CatalogSnapshotCache, former: CatalogSnapshot) -> CatalogSnapshot:
    """Wait for what is read in another thread."""
    for _ in range(200):
        if keeper.get() is not former:
            return keeper.get()
        time.sleep(0.01)
    return former


def test_words_and_names_are_those_of_the_catalogue(index: ProductIndex) -> None:
    known = CatalogSnapshotCache(index, SynonymIndex(())).get()
    assert known.vocabulary.counts == {"red": 1, "mug": 1, "nuqta": 1, "home": 1, "mugs": 1}
    assert [term.kind for term in known.entities.lookup_exact(("nuqta",))] == ["brand"]
    assert [term.name for term in known.entities.lookup_exact(("mug",))] == ["Mugs"]


def test_nothing_is_read_twice_without_a_reason(index: ProductIndex) -> None:
    clock = Clock()
    keeper = CatalogSnapshotCache(index, SynonymIndex(()), clock)
    first = keeper.get()
    clock.now = SNAPSHOT_MAX_AGE_S
    assert keeper.get() is first
    clock.now += 1
    assert renewed(keeper, first) is not first


def test_a_change_is_seen(index: ProductIndex) -> None:
    keeper = CatalogSnapshotCache(index, SynonymIndex(()))
    first = keeper.get()
    index.add([Product("2", "Blue vase")])
    assert "vase" in renewed(keeper, first).vocabulary.counts
    second = keeper.get()
    index.delete(["2"])
    assert "vase" not in renewed(keeper, second).vocabulary.counts


def test_the_former_serves_while_the_store_is_away(
    index: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    keeper = CatalogSnapshotCache(index, SynonymIndex(()), clock)
    first = keeper.get()

    tries = []

    def away(*_: object) -> dict[str, int]:
        tries.append(1)
        raise IndexStoreError("away")

    monkeypatch.setattr(index, "count_surface_forms", away)
    clock.now = SNAPSHOT_MAX_AGE_S + 1
    assert keeper.get() is first
    for _ in range(5):
        time.sleep(0.05)
        assert keeper.get() is first
    assert len(tries) == 1


def test_what_merchants_have_is_kept_within_a_bound(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", f"mug word{n}x", merchant_id=f"m{n}") for n in range(3))
        keeper = CatalogSnapshotCache(index, SynonymIndex(()))
        everything, first = keeper.get(), keeper.get(Filters(merchant_id="m0"))
        assert first.vocabulary.counts == {"mug": 1, "word0x": 1}
        both = keeper.get(Filters(merchant_id=("m2", "m0", "m2")))
        assert set(both.vocabulary.counts) == {"mug", "word0x", "word2x"}
        assert keeper.get(Filters(merchant_id=("m0", "m2"), category="Mugs")) is both
        for n in range(MAX_SNAPSHOTS - 1):
            assert keeper.get(Filters(merchant_id=f"nobody-{n}")).vocabulary.counts == {}
        assert keeper.get(Filters(merchant_id=("m0", "m2"))) is both
        assert keeper.get(Filters(merchant_id="m0")) is not first  # the one asked for longest ago
        assert keeper.get() is keeper.get(Filters(category="Mugs")) is everything


def test_one_merchant_waits_for_no_other(
    index: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, words = CatalogSnapshotCache(index, SynonymIndex(())), index.count_surface_forms
    begun, go_on = threading.Event(), threading.Event()

    def slow(filters: Filters, limit: int = 9) -> dict[str, int]:
        if filters.merchant_id == ("large",):
            begun.set()
            assert go_on.wait(10)
        return words(filters, limit)

    monkeypatch.setattr(index, "count_surface_forms", slow)
    waiting = threading.Thread(target=keeper.get, args=(Filters(merchant_id="large"),))
    waiting.start()
    assert begun.wait(10)
    assert keeper.get(Filters(merchant_id="small")).vocabulary.counts == {}
    assert keeper.get().vocabulary.counts
    go_on.set()
    waiting.join()
