"""What is kept of products that hits show: never what another process has changed."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

import search.shown_products
from embed import FakeEncoder
from index import ProductIndex
from index.payload import tokenize_product
from index.store.exact import ExactStore
from index.store.points import Point, PointId
from index.text.analyzer import Token
from search import SearchService
from search.shown_products import ShownProducts
from shopwindow.values import Product, Query, SearchResponse
from shopwindow.values.setting_groups import SearchSettings

SETTINGS = SearchSettings(relative_score_cutoff=0)
CHANGE = """
import sys
from embed import FakeEncoder
from index import ProductIndex
from shopwindow.values import Product

with ProductIndex.open(sys.argv[1], FakeEncoder()) as index:
    index.add([Product("a", "Red enamel mug", price=9.0, brand="New")])
    index.delete(["b"])
"""


class CountingStore(ExactStore):
    """Counts the calls that caches save."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Count, and do."""
        self.calls["retrieve"] += 1
        return super().retrieve(ids, fields, vectors)


class SilentStore(ExactStore):
    """As a server: changes of others, here those after `heard_last`, are not told."""

    heard_last = 1_000_000

    @property
    def n_changes(self) -> int:
        """Move no more after the last that was heard."""
        return min(super().n_changes, self.heard_last)

    @property
    def counts_all_writers(self) -> bool:
        """Say so."""
        return False


PRODUCTS = [
    Product("a", "Red mug", price=5.0, brand="Old"),
    Product("b", "Blue mug", price=6.0, brand="Old"),
]


def summarize(response: SearchResponse) -> dict[str, tuple[str, float | None, tuple[str, ...]]]:
    """Return title, price and matched words of each hit by product id."""
    return {
        hit.product.id: (hit.product.title, hit.product.price, hit.matched_words)
        for hit in response.hits
    }


def test_another_process_changes_are_shown(encoder: FakeEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with ProductIndex.open(folder, encoder) as index, SearchService(index, SETTINGS) as service:
        index.add(PRODUCTS)
        for _ in range(2):
            response = service.search(Query("enamel mug"))
            assert summarize(response) == {
                "a": ("Red mug", 5.0, ("mug",)),
                "b": ("Blue mug", 6.0, ("mug",)),
            }
            assert response.facets["brand"] == {"Old": 2}
        subprocess.run([sys.executable, "-c", CHANGE, str(folder)], check=True)
        response = service.search(Query("enamel mug"))
        assert summarize(response) == {"a": ("Red enamel mug", 9.0, ("enamel", "mug"))}
        assert response.facets["brand"] == {"New": 1}


def test_another_handle_s_changes_are_shown(encoder: FakeEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with ProductIndex.open(folder, encoder) as index:
        index.add(PRODUCTS)
    with (
        ProductIndex.open(folder, encoder) as index,
        ProductIndex.open(folder, encoder) as other,
        SearchService(index, SETTINGS) as service,
    ):
        for price in (1.0, 2.0, 3.0):
            other.add([Product("a", "Red mug", price=price)])
            assert summarize(service.search(Query("mug")))["a"][1] == price
        other.delete(["a"])
        assert set(summarize(service.search(Query("mug")))) == {"b"}


def test_products_that_are_shown_again_are_not_fetched(encoder: FakeEncoder) -> None:
    store = CountingStore()
    index = ProductIndex(store, encoder)
    index.add(PRODUCTS)
    with SearchService(index, SETTINGS) as service:
        first = service.search(Query("mug"))
        store.calls.clear()
        again = service.search(Query("red mug"))
        assert store.calls["retrieve"] == 0
        assert summarize(again).keys() == summarize(first).keys() == {"a", "b"}
        index.add([Product("c", "Green mug")])
        assert set(summarize(service.search(Query("mug")))) == {"a", "b", "c"}
        assert store.calls["retrieve"] > 0


def test_nothing_is_kept_of_a_store_that_tells_nothing(encoder: FakeEncoder) -> None:
    index = ProductIndex(store := SilentStore(), encoder)
    index.add(PRODUCTS)
    store.heard_last = store.n_changes
    with SearchService(index, SETTINGS) as service:
        service.search(Query("mug"))
        index.add([Product("a", "Red mug", price=9.0, brand="New")])
        response = service.search(Query("mug"))
        assert summarize(response)["a"][1] == 9.0
        assert response.facets["brand"] == {"New": 1, "Old": 1}


def test_texts_are_analysed_again_only_if_they_changed(
    encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed: list[str] = []

    def tokenize(product: Product) -> tuple[Token, ...]:
        analysed.append(product.title)
        return tokenize_product(product)

    monkeypatch.setattr(search.shown_products, "tokenize_product", tokenize)
    with ProductIndex.open(":memory:", encoder) as index:
        products = ShownProducts(index)

        def get_stems() -> frozenset[str]:
            return products.get_many(["a"])["a"].stems

        for title, price in (("Red mug", 5.0), ("Red mug", 6.0), ("Blue mug", 6.0)):
            index.add([Product("a", title, price=price)])
            assert products.get_many(["a"])["a"].product.price == price
            assert get_stems() == get_stems() == set(title.lower().split())
        assert analysed == ["Red mug", "Blue mug"]
        index.delete(["a"])
        assert products.get_many(["a"]) == {}
