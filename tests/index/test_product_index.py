"""The product index: what is added, what is encoded, what is refused."""

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex, read_products
from index.manifest import Manifest
from index.payload import from_payload, to_conditions, to_payload
from index.pricing import PriceRange
from index.store.edge.client import MAX_TOKEN_AGE_S
from index.store.edge.metadata_files import read_checksummed, write_checksummed
from index.store.points import PHOTO, TEXT, In
from shopwindow.values import EncoderSpec, Filters, PreparedImage, Product, Vectors
from shopwindow.values.errors import (
    EncoderMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    IndexVersionError,
    InvalidValueError,
)
from shopwindow.values.setting_groups import IndexSettings


class CountingEncoder(FakeEncoder):
    """Counts the texts and photos that are encoded."""

    n_texts = 0
    n_photos = 0

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        self.n_texts += len(texts)
        return super().encode_texts(texts)

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        self.n_photos += len(prepared)
        return super().encode_prepared(prepared)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def index(counting: CountingEncoder) -> ProductIndex:
    return ProductIndex.open(":memory:", counting, settings=IndexSettings(batch_size=5))


def test_products_are_returned_as_they_were_added(
    index: ProductIndex, products: list[Product]
) -> None:
    report = index.add(products)
    assert (report.added, report.updated, report.unchanged) == (24, 0, 0)
    assert index.get(["sku-7", "no such", "sku-3"]) == [products[7], products[3]]
    assert index.count() == 24


def test_every_field_survives_the_payload(products: list[Product]) -> None:
    for product in products:
        payload = json.loads(json.dumps(to_payload(product)))
        assert from_payload(payload) == product
    assert from_payload(to_payload(Product(id="1", title="x"))) == Product(id="1", title="x")


def test_a_second_run_encodes_nothing(
    index: ProductIndex, counting: CountingEncoder, products: list[Product]
) -> None:
    index.add(products)
    counts_before = (counting.n_texts, counting.n_photos)
    report = index.add(products)
    assert (report.added, report.updated, report.unchanged) == (0, 0, 24)
    assert (counting.n_texts, counting.n_photos) == counts_before


def test_a_price_change_costs_no_encoding(
    index: ProductIndex, counting: CountingEncoder, products: list[Product]
) -> None:
    index.add(products)
    counts_before = (counting.n_texts, counting.n_photos)
    vectors = index.get_entries(["sku-4"], vectors=True)["sku-4"].vectors
    report = index.add([dataclasses.replace(products[4], price=1.0, in_stock=False)])
    assert (report.updated, report.unchanged) == (1, 0)
    assert (counting.n_texts, counting.n_photos) == counts_before
    assert index.get(["sku-4"])[0].price == 1.0
    after = index.get_entries(["sku-4"], vectors=True)["sku-4"].vectors
    assert all((vectors[name] == after[name]).all() for name in (PHOTO, TEXT))


def test_a_new_title_costs_one_text_and_a_new_photo_one_photo(
    index: ProductIndex, counting: CountingEncoder, products: list[Product]
) -> None:
    index.add(products)
    counts_before = (counting.n_texts, counting.n_photos)
    index.add([dataclasses.replace(products[4], title="Something else")])
    assert (counting.n_texts, counting.n_photos) == (counts_before[0] + 2, counts_before[1])
    Image.new("RGB", (9, 9), (1, 2, 3)).save(products[5].image)
    index.add([products[5]])
    assert (counting.n_texts, counting.n_photos) == (counts_before[0] + 2, counts_before[1] + 1)


def test_a_product_whose_photo_is_removed_loses_its_photo_vector(
    index: ProductIndex, products: list[Product]
) -> None:
    index.add(products)
    index.add([dataclasses.replace(products[2], image="")])
    stored = index.get_entries(["sku-2"], vectors=True)["sku-2"]
    assert set(stored.vectors) == {TEXT}


def test_a_broken_photo_is_reported_and_retried(index: ProductIndex, tmp_path: Path) -> None:
    photo = tmp_path / "late.png"
    with_title = Product(id="with-title", title="Red dress", image=str(photo))
    photo_only = Product(id="photo-only", image=str(photo))
    report = index.add([with_title, photo_only])
    assert (report.added, report.n_rejected) == (1, 1)
    assert (report.rejected[0].product_id, report.rejected[0].line) == ("photo-only", 2)
    assert "late.png" in report.rejected[0].reason
    assert [row.product_id for row in report.warnings] == ["with-title"]
    Image.new("RGB", (9, 9), "red").save(photo)
    second_report = index.add([with_title, photo_only])
    assert (second_report.added, second_report.updated, second_report.n_rejected) == (1, 1, 0)
    assert second_report.warnings == []


def test_a_photo_that_breaks_loses_its_former_vector(
    index: ProductIndex, products: list[Product]
) -> None:
    index.add(products)
    Path(products[6].image).write_bytes(b"no image")
    report = index.add([products[6]])
    assert [row.product_id for row in report.warnings] == ["sku-6"]
    stored = index.get_entries(["sku-6"], vectors=True)["sku-6"]
    assert set(stored.vectors) == {TEXT}


def test_a_repeated_id_in_a_run_is_rejected(index: ProductIndex, products: list[Product]) -> None:
    twin = dataclasses.replace(products[0], title="Other")
    report = index.add([products[0], twin])
    assert (report.added, report.n_rejected) == (1, 1)
    assert (report.rejected[0].line, report.rejected[0].column) == (2, "id")
    assert index.get(["sku-0"]) == [products[0]]


def test_only_products_can_be_added(index: ProductIndex) -> None:
    with pytest.raises(InvalidValueError, match="products: expected Product values"):
        index.add(["sku-1"])  # type: ignore[list-item]


def test_deleting_by_id(index: ProductIndex, products: list[Product]) -> None:
    index.add(products)
    assert index.delete(["sku-1", "no such"]) == 1
    assert index.count() == 23
    assert index.delete([]) == 0


def test_a_full_feed_deletes_what_it_lacks(index: ProductIndex, products: list[Product]) -> None:
    index.add(products)
    report = index.add(products[:20], delete_missing=True)
    assert report.deleted == 4
    assert index.count() == 20


def test_a_feed_that_lacks_most_products_deletes_nothing(
    index: ProductIndex, products: list[Product]
) -> None:
    index.add(products)
    with pytest.raises(IndexStoreError, match="lacks 21 of 24 indexed products"):
        index.add(products[:3], delete_missing=True)
    assert index.count() == 24


def test_a_truncated_feed_deletes_nothing(index: ProductIndex, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    rows = "".join(f"<item><g:id>{n}</g:id><title>Thing {n}</title></item>" for n in range(4))
    head = '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>'
    feed.write_text(f"{head}{rows}</channel></rss>")
    index.add(read_products(feed))
    feed.write_text(f"{head}{rows[: rows.index('<item><g:id>3')]}<item><g:id>")
    with pytest.raises(IndexStoreError, match="the feed broke off, so nothing was deleted"):
        index.add(read_products(feed), delete_missing=True)
    assert index.count() == 4


def test_a_feed_without_usable_rows_creates_no_index(index: ProductIndex, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,price\na,,5\n")
    assert index.add(read_products(feed), delete_missing=True).n_rejected == 1
    assert not index.exists


def test_rejected_rows_of_a_full_feed_are_not_deleted(index: ProductIndex, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,price\na,Red dress,1\nb,Blue dress,2\nc,Green dress,3\n")
    index.add(read_products(feed))
    feed.write_text("id,title,price\na,Red dress,1\nb,,2\n")
    report = index.add(read_products(feed), delete_missing=True)
    assert (report.n_rejected, report.deleted) == (1, 1)
    assert [product.id for product in index.get(["a", "b", "c"])] == ["a", "b"]


def test_sparse_vectors_are_weighted_by_the_true_mean_document_length(
    index: ProductIndex, products: list[Product]
) -> None:
    index.add(products[:2])
    index.add(products)
    assert index.manifest is not None
    one_run = ProductIndex.open(":memory:", index.encoder)
    one_run.add(products)
    for product_id in (product.id for product in products):
        weights, expected = (
            each.get_entries([product_id], (), vectors=True)[product_id].sparse_vector
            for each in (index, one_run)
        )
        assert weights is not None
        assert expected is not None
        assert weights.values == pytest.approx(expected.values, rel=0.02)


def test_progress_and_counts_agree(index: ProductIndex, products: list[Product]) -> None:
    n_processed: list[int] = []
    index.add(products, progress=lambda report: n_processed.append(report.n_processed))
    assert n_processed == [5, 10, 15, 20, 24]


def test_an_interrupted_run_is_continued_by_the_next(
    open_index: Callable[[], ProductIndex], products: list[Product], encoder: FakeEncoder
) -> None:
    def until_interrupt() -> list[Product]:
        raise KeyboardInterrupt

    index = ProductIndex(open_index()._store, encoder, IndexSettings(batch_size=5))

    def stream() -> object:
        yield from products[:12]
        until_interrupt()

    with pytest.raises(KeyboardInterrupt):
        index.add(stream())  # type: ignore[arg-type]
    reopened = open_index()
    assert reopened.count() in {5, 10}
    report = reopened.add(products)
    assert report.added + report.unchanged == 24
    assert report.unchanged in {5, 10}


def test_an_index_survives_closing(
    open_index: Callable[[], ProductIndex], products: list[Product]
) -> None:
    open_index().add(products)
    reopened = open_index()
    assert reopened.count(Filters(category="dresses")) == 12
    assert reopened.add(products).unchanged == 24


def test_another_encoder_is_refused(
    open_index: Callable[[], ProductIndex], products: list[Product], tmp_path: Path
) -> None:
    open_index().add(products[:2])
    open_index().close()
    with pytest.raises(EncoderMismatchError, match="made by encoder fake@"):
        ProductIndex.open(tmp_path / "index", FakeEncoder(seed=5))
    assert open_index().count() == 2


def test_several_processes_share_a_folder(
    open_index: Callable[[], ProductIndex],
    encoder: FakeEncoder,
    products: list[Product],
    tmp_path: Path,
) -> None:
    index = open_index()
    with ProductIndex.open(tmp_path / "index", encoder) as other:
        assert not other.exists
        before = other.n_changes
        index.add(products[:3])
        time.sleep(MAX_TOKEN_AGE_S)
        assert other.n_changes > before
        assert other.exists
        assert other.count() == 3
        other.add(products[:5])
    assert index.count() == 5


def test_another_encoder_is_refused_also_when_the_index_was_created_later(
    open_index: Callable[[], ProductIndex], products: list[Product], tmp_path: Path
) -> None:
    early = ProductIndex.open(tmp_path / "index", FakeEncoder(seed=5))
    open_index().add(products[:2])
    time.sleep(MAX_TOKEN_AGE_S)
    with pytest.raises(EncoderMismatchError, match="made by encoder fake@"):
        early.count()
    with pytest.raises(EncoderMismatchError, match="made by encoder fake@"):
        early.add(products[:2])
    early.close()


def test_a_lost_manifest_is_recreated_and_everything_encoded_again(
    open_index: Callable[[], ProductIndex], products: list[Product], tmp_path: Path
) -> None:
    open_index().add(products[:4])
    open_index().close()
    (tmp_path / "index" / "manifest.json").unlink()
    index = open_index()
    assert not index.exists
    report = index.add(products[:5])
    assert (report.added, report.updated, report.unchanged) == (1, 4, 0)
    assert index.exists
    assert index.count() == 5
    assert index.add(products[:5]).unchanged == 5


def test_a_lost_manifest_is_not_recreated_by_an_encoder_of_another_dimension(
    open_index: Callable[[], ProductIndex], products: list[Product], tmp_path: Path
) -> None:
    open_index().add(products[:4])
    open_index().close()
    (tmp_path / "index" / "manifest.json").unlink()
    index = ProductIndex.open(tmp_path / "index", FakeEncoder(dim=48))
    with pytest.raises(IndexStoreError, match="lost its manifest"):
        index.add(products[:4])
    index.close()
    assert not (tmp_path / "index" / "manifest.json").exists()


@pytest.mark.parametrize("change", [{"schema": 99}, {"analyser": "0"}])
def test_another_version_is_refused(
    open_index: Callable[[], ProductIndex],
    products: list[Product],
    tmp_path: Path,
    change: dict[str, object],
) -> None:
    open_index().add(products[:2])
    open_index().close()
    path = tmp_path / "index" / "manifest.json"
    write_checksummed(path, {**read_checksummed(path), **change})
    with pytest.raises(IndexVersionError, match="index the feed again"):
        open_index()


def test_an_index_of_an_older_version_asks_to_be_rebuilt(
    open_index: Callable[[], ProductIndex], products: list[Product], tmp_path: Path
) -> None:
    open_index().add(products[:2])
    open_index().close()
    for name, change in (("manifest.json", {"schema": 2}), ("schema.json", {"remembered": None})):
        path = tmp_path / "index" / name
        values = {**read_checksummed(path), **change}
        path.write_text(json.dumps({k: v for k, v in values.items() if v is not None}))
    with pytest.raises(IndexVersionError, match="index the feed again"):
        open_index()


@pytest.mark.parametrize(("content", "message"), [("{", "damaged"), ('{"schema":1}', "schema")])
def test_a_damaged_manifest_is_refused(
    open_index: Callable[[], ProductIndex],
    products: list[Product],
    tmp_path: Path,
    content: str,
    message: str,
) -> None:
    open_index().add(products[:2])
    open_index().close()
    (tmp_path / "index" / "manifest.json").write_text(content)
    with pytest.raises(IndexStoreError, match=message):
        open_index()


def test_locations_without_an_index_are_refused(encoder: FakeEncoder, tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="there is no index"):
        ProductIndex.open(tmp_path / "nowhere", encoder, must_exist=True)
    assert not (tmp_path / "nowhere").exists()
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(IndexStoreError, match="is a file"):
        ProductIndex.open(file, encoder)
    with pytest.raises(IndexStoreError, match="holds other things"):
        ProductIndex.open(tmp_path, encoder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexNotFoundError, match="there is no index"):
        ProductIndex.open(tmp_path / "empty", encoder, must_exist=True)


def test_a_manifest_round_trip_ignores_newer_fields() -> None:
    spec = EncoderSpec(name="x", version="1", dim=4, image_size=8, languages=("ar",))
    manifest = Manifest.create(spec).with_update(7.5)
    stored = json.loads(json.dumps(manifest.as_dict()))
    stored["encoder"]["from_the_future"] = True
    assert Manifest.from_dict(stored, "here") == manifest


def test_filters_become_conditions() -> None:
    filters = Filters(
        category="clothing>Dresses",
        brand=("ACME", "Zed"),
        price_min=5,
        in_stock=False,
        attributes={"Color": "أحمر"},
    )
    assert to_conditions(filters) == (
        In("category_key", ("clothing > dresses",)),
        In("brand_key", ("acme", "zed")),
        PriceRange(5, None),
        In("in_stock", (0,)),
        In("attributes_key", ("color=احمر",)),
    )
