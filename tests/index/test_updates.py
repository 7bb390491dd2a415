"""Partial updates of an index: the same as indexing anew, without encoding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed import FakeEncoder
from index import ProductIndex
from index.payload import to_point_id
from index.point_update import OFFER_PARTS, WHOLE_PARTS
from index.store.exact import ExactStore
from index.store.points import Point, PointId
from search import SearchService
from shopwindow.values import WHOLE_TEXT, Filters, Product, ProductUpdate, Query, Translation
from shopwindow.values.errors import (
    IndexNotFoundError,
    IndexStoreError,
    InvalidProductError,
    InvalidValueError,
)
from shopwindow.values.setting_groups import IndexSettings
from tests.index.test_product_index import CountingEncoder

Updates: TypeAlias = Mapping[str, Mapping[str, Any]]
NOW = datetime.now(UTC)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)
DRESS = Product(
    id="d", title="Linen dress", description="For summer", price=100.0, currency="AED",
    brand="Noor", category=("Clothing", "Dresses"), attributes={"color": "red", "size": "M"},
    in_stock=True, availability="in_stock", sku="ND-1", popularity=3.0,
)  # fmt: skip


def open_index(*products: Product, batch_size: int = 5) -> ProductIndex:
    settings = IndexSettings(batch_size=batch_size)
    index = ProductIndex(ExactStore(), CountingEncoder(), settings)
    index.add(products)
    return index


def read_points(index: ProductIndex) -> dict[str, tuple[Any, ...]]:
    """Return all that is stored of each point, vectors and digests included."""
    store = index._store
    ids = [point.id for point in store.scroll(limit=1000)[0]]
    return {
        point.id: (
            point.payload,
            {name: vector.tolist() for name, vector in point.vectors.items()},
            point.sparse_vector and (
                point.sparse_vector.indices.tolist(), point.sparse_vector.values.tolist()
            ),
        )
        for point in store.retrieve(ids, vectors=True).values()
    }  # fmt: skip


WORDS = st.sampled_from(["red", "Blau", "أحمر", "M", "42", "Silk-cotton", "5 cm"])
AMOUNTS = st.one_of(st.none(), st.integers(0, 3).map(lambda n: n * 40.0))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "price": AMOUNTS,
        "list_price": AMOUNTS,
        "sale_price": AMOUNTS,
        "sale_end": st.sampled_from([SOON, LATER, None]),
        "currency": st.sampled_from(["AED", "SAR", "", None]),
        "in_stock": st.booleans(),
        "availability": st.sampled_from(["in_stock", "out_of_stock", "preorder", "", None]),
        "quantity": st.one_of(st.none(), st.integers(0, 9)),
        "attributes": st.one_of(
            st.none(),
            st.dictionaries(
                st.sampled_from(["color", "size", "neck"]), st.one_of(st.none(), WORDS)
            ),
        ),
        "brand": st.one_of(st.none(), WORDS),
        "category": st.lists(WORDS, max_size=3).map(tuple),
        "sku": st.one_of(st.none(), WORDS),
        "popularity": AMOUNTS,
        "rating": st.one_of(st.none(), st.integers(0, 5)),
        "url": st.sampled_from(["https://shop/x", "", None]),
        "created_at": st.one_of(st.none(), st.just(NOW)),
        "group_id": st.one_of(st.none(), WORDS),
    },
)
PRODUCTS = st.builds(
    lambda changes, title, language: replace(
        apply_if_valid(DRESS, changes),
        title=title,
        language=language,
        translations={"ar": Translation("فستان كتان")},
    ),
    CHANGES,
    st.sampled_from(["Linen dress", "Robe rouge", "فستان"]),
    st.sampled_from(["", "en", "fr"]),
)


def apply_if_valid(product: Product, changes: Mapping[str, Any]) -> Product:
    try:
        return ProductUpdate(product.id, changes).apply(product)
    except InvalidProductError:
        return product


@given(product=PRODUCTS, changes=CHANGES)
def test_an_update_stores_what_indexing_the_whole_product_would(
    product: Product, changes: Mapping[str, Any]
) -> None:
    other = Product("other", title="Red linen shirt in M", brand="Noor", price=50.0, currency="AED")
    update = ProductUpdate(product.id, changes)
    try:
        new = update.apply(product)
    except InvalidProductError:
        assert "sale_end" in changes
        return
    updated, indexed = open_index(product, other), open_index(product, other)
    report = updated.update([update])
    added = indexed.add([new])
    assert (report.updated, report.unchanged) == (added.updated, added.unchanged)
    assert read_points(updated) == read_points(indexed)
    assert updated.get(["d"]) == indexed.get(["d"])
    assert updated.add([new, other]).unchanged == 2, "the next full feed must change nothing"


@pytest.mark.parametrize("store", ["memory", "folder"])
def test_searches_see_the_new_values_and_nothing_is_encoded(store: str, tmp_path: Path) -> None:
    encoder = CountingEncoder()
    location = ":memory:" if store == "memory" else tmp_path / "index"
    shirt = Product("s", title="Shirt", price=50.0, currency="AED", attributes={"color": "blue"})
    with ProductIndex.open(location, encoder) as index:
        index.add([DRESS, shirt])
        service = SearchService(index)
        assert find(service, "violet") == []
        n_encoded = (encoder.n_texts, encoder.n_photos)
        updates: Updates = {
            "d": {"price": 30, "attributes": {"color": "violet"}},
            "s": {"in_stock": False},
        }
        report = index.update(updates)
        assert (encoder.n_texts, encoder.n_photos) == n_encoded
        assert (report.updated, report.unchanged, report.n_processed) == (2, 0, 2)
        assert find(service, "violet") == ["d"]
        assert find(service, "", price_max=40.0) == ["d"]
        assert find(service, "", in_stock=True) == ["d"]
        assert index.count(Filters(attributes={"color": "red"})) == 0
        assert index.count(Filters(attributes={"color": "violet"})) == 1
        assert index.facet("in_stock", Filters()) == {"false": 1, "true": 1}
        service.close()
    if store == "folder":
        with ProductIndex.open(location, encoder) as index:
            assert index.get(["d"])[0].price == 30.0


def find(service: SearchService, text: str, **filters: Any) -> list[str]:
    query = Query(text, filters=Filters(**filters), verbatim=(WHOLE_TEXT,))
    hits = service.search(query).hits
    return [hit.product.id for hit in hits if hit.matched_words or not text]


def test_the_next_full_feed_wins() -> None:
    index = open_index(DRESS)
    index.update({"d": {"price": 1.0, "attributes": {"color": "violet"}}})
    assert index.add([DRESS]).updated == 1
    assert index.get(["d"]) == [DRESS]


def test_unknown_ids_are_counted_and_nothing_is_created() -> None:
    index = open_index(DRESS)
    report = index.update({"x": {"price": 1.0}, "d": {"price": 2.0}, "y": {"price": 3.0}})
    assert (report.updated, report.n_unknown, report.n_rejected, index.count()) == (1, 2, 0, 1)
    assert [row.product_id for row in report.unknown] == ["x", "y"]
    assert "index its whole row first" in report.unknown[0].reason
    assert report.rejected_share == 0.0


def test_values_that_are_there_already_write_nothing() -> None:
    index = open_index(DRESS)
    index.add([])  # settles the weights of the keyword vectors
    before = index.n_changes
    report = index.update({"d": {"price": 100, "attributes": {"color": "red", "none": None}}})
    assert (report.updated, report.unchanged) == (0, 1)
    assert index.n_changes == before


def test_an_invalid_update_writes_nothing_at_all() -> None:
    index = open_index(DRESS)
    updates: Updates = {"d": {"price": 1.0}, "e": {"title": "New"}}
    with pytest.raises(InvalidProductError, match="Index the whole product"):
        index.update(updates)
    for wrong in ("d", 7, [{"id": "d"}], [DRESS]):
        with pytest.raises(InvalidValueError, match="updates: expected ProductUpdate values"):
            index.update(wrong)  # type: ignore[arg-type]
    assert index.get(["d"]) == [DRESS]


def test_a_product_that_would_become_invalid_is_rejected_alone() -> None:
    index = open_index(DRESS, replace(DRESS, id="e"))
    updates = [
        ProductUpdate("d", {"sale_price": 50, "sale_start": LATER, "sale_end": SOON}),
        ProductUpdate("e", {"price": 5}),
        ProductUpdate("e", {"price": 6}),
    ]
    report = index.update(updates)
    assert (report.updated, report.n_rejected) == (1, 2)
    assert [row.column for row in report.rejected] == ["id", "sale_end"]
    assert "used in update 2 already" in report.rejected[0].reason
    assert [p.price for p in index.get(["d", "e"])] == [100.0, 5.0]


def test_a_merchant_updates_its_own_products_only() -> None:
    index = open_index(replace(DRESS, merchant_id="m1"), replace(DRESS, id="e", merchant_id="m2"))
    changes = {"price": 1.0}
    report = index.update({"d": changes, "e": changes}, merchant_id="m1")
    assert (report.updated, report.n_rejected) == (1, 1)
    assert "belongs to the merchant 'm2'" in report.rejected[0].reason
    report = index.update([ProductUpdate("e", changes, "m1"), ProductUpdate("d", {}, "m2")])
    assert (report.updated, report.n_rejected) == (0, 2)
    report = index.update([ProductUpdate("e", changes, "m2")], merchant_id="m1")
    assert "this run is for the merchant 'm1' alone" in report.rejected[0].reason
    with pytest.raises(InvalidValueError, match="merchant_id"):
        index.update({}, merchant_id=" m1")
    assert [p.price for p in index.get(["d", "e"])] == [1.0, 100.0]


def test_batches_are_counted_as_they_are_written() -> None:
    products = [replace(DRESS, id=str(n)) for n in range(10)]
    index = open_index(*products, batch_size=1)
    counts: list[int] = []
    index.update(
        {str(n): {"price": 1.0} for n in range(10)},
        progress=lambda report: counts.append(report.updated),
    )
    assert counts[-1] == 10
    assert sorted(set(counts)) == [4, 8, 10]


def test_a_failing_store_leaves_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [replace(DRESS, id=str(n)) for n in range(10)]
    index = open_index(*products, batch_size=1)
    written = index._store.update_points
    n_batches = 0

    def fail_at_second(updates: Any) -> None:
        nonlocal n_batches
        n_batches += 1
        if n_batches == 2:
            raise IndexStoreError("full")
        written(updates)

    monkeypatch.setattr(index._store, "update_points", fail_at_second)
    with pytest.raises(IndexStoreError, match="full"):
        index.update({str(n): {"price": 1.0} for n in range(10)})
    assert [product.price for product in index.get([str(n) for n in range(10)])] == (
        [1.0] * 4 + [100.0] * 6
    )


def test_an_update_needs_an_index() -> None:
    index = ProductIndex(ExactStore(), FakeEncoder())
    with pytest.raises(IndexNotFoundError):
        index.update({"d": {"price": 1.0}})


def test_many_new_words_reweight_the_keyword_vectors() -> None:
    products = [replace(DRESS, id=str(n)) for n in range(4)]
    words = " ".join(f"word{n}" for n in range(40))
    updated, indexed = open_index(*products), open_index(*products)
    updated.update({str(n): {"attributes": {"note": words}} for n in range(4)})
    indexed.add([replace(p, attributes={**p.attributes, "note": words}) for p in products])
    assert read_points(updated) == read_points(indexed)
    assert updated.manifest
    assert indexed.manifest
    assert updated.manifest.mean_doc_length == indexed.manifest.mean_doc_length
    assert to_point_id("0") in read_points(updated)


class RecordingStore(ExactStore):
    """Records which payload fields are read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[str, ...] | None] = []

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Record, and do."""
        self.reads.append(fields)
        return super().retrieve(ids, fields, vectors)


@pytest.mark.parametrize(
    ("changes", "reads_whole"),
    [
        ({"price": 7, "in_stock": False, "rating": 4.5}, False),
        ({"price": 7, "attributes": {"color": "red"}}, True),
        ({"availability": "preorder"}, True),
    ],
)
def test_an_offer_is_updated_without_reading_the_product(
    changes: dict[str, Any], reads_whole: bool
) -> None:
    store = RecordingStore()
    with ProductIndex(store, FakeEncoder()) as index:
        index.add([Product("a", "Dress", price=9.0)])
        store.reads.clear()
        assert index.update({"a": changes}).updated == 1
        assert store.reads == [OFFER_PARTS, *([WHOLE_PARTS] if reads_whole else [])]
        assert index.update({"a": changes}).unchanged == 1
