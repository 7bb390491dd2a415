"""All photos of a product: which are encoded, which are kept, which one answers."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder
from index import (
    PERCEPTUAL_HASH,
    PHOTO_DIGEST,
    IndexReport,
    ProductIndex,
    ProductQuery,
    read_products,
)
from index.catalog.records import FeedRow
from index.indexing_batch import take_batch
from index.store.points import PHOTO, PHOTOS
from shopwindow.values import Product
from shopwindow.values.setting_groups import IndexSettings
from tests.index.test_product_index import CountingEncoder

COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey")


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(params=[":memory:", "folder"])
def index(
    request: pytest.FixtureRequest, counting: CountingEncoder, tmp_path: Path
) -> Iterator[ProductIndex]:
    location = request.param if request.param == ":memory:" else tmp_path / "index"
    with ProductIndex.open(location, counting, settings=IndexSettings(batch_size=5)) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, str]:
    paths = {color: str(tmp_path / f"{color}.png") for color in COLORS}
    for color, path in paths.items():
        Image.new("RGB", (20, 24), color).save(path)
    return paths


def rank(index: ProductIndex, photo: str, limit: int = 10) -> list[tuple[str, float]]:
    encoder = FakeEncoder()
    return index.query([ProductQuery(PHOTO, encoder.encode_images([photo])[0], limit=limit)])[0]


def find_best(index: ProductIndex, product_id: str, photo: str) -> int | None:
    vector = FakeEncoder().encode_images([photo])[0]
    return index.photos.find_best([product_id], vector).get(product_id)


def add(index: ProductIndex, *products: Product) -> IndexReport:
    return index.add(products)


def test_every_photo_of_a_product_finds_it(index: ProductIndex, photos: dict[str, str]) -> None:
    first = Product("first", "Lamp", image=photos["red"], images=(photos["green"], photos["blue"]))
    second = Product("second", "Lamp", image=photos["black"])
    assert add(index, first, second, Product("third", "Lamp")).n_encoded_photos == 4
    for position, color in enumerate(("red", "green", "blue")):
        (best, score), (other, _) = rank(index, photos[color])
        assert (best, other) == ("first", "second")
        assert score == pytest.approx(1.0, abs=1e-5)
        assert find_best(index, "first", photos[color]) == position
        assert rank(index, photos[color], limit=1) == [(best, score)]
    assert rank(index, photos["black"])[0][0] == "second"
    assert find_best(index, "second", photos["red"]) == 0
    assert find_best(index, "third", photos["red"]) is None
    assert find_best(index, "unknown", photos["red"]) is None


def test_a_removed_photo_finds_nothing(index: ProductIndex, photos: dict[str, str]) -> None:
    images = tuple(photos[color] for color in ("green", "blue"))
    product = Product("first", "Lamp", image=photos["red"], images=images)
    add(index, product, Product("second", "Lamp", image=photos["black"]))
    report = add(index, dataclasses.replace(product, images=images[:1]))
    assert (report.updated, report.n_encoded_photos) == (1, 0)
    assert rank(index, photos["blue"])[0][1] < 0.9
    assert rank(index, photos["green"])[0][1] == pytest.approx(1.0, abs=1e-5)
    add(index, dataclasses.replace(product, images=()))
    assert rank(index, photos["green"])[0][1] < 0.9


def test_another_order_encodes_nothing(
    index: ProductIndex, counting: CountingEncoder, photos: dict[str, str]
) -> None:
    red, green, blue = (photos[color] for color in ("red", "green", "blue"))
    add(index, Product("first", "Lamp", image=red, images=(green, blue)))
    report = add(index, Product("first", "Lamp", image=blue, images=(red, green)))
    assert (report.updated, report.n_encoded_photos, counting.n_photos) == (1, 0, 3)
    assert [find_best(index, "first", photo) for photo in (blue, red, green)] == [0, 1, 2]
    hash_of_blue = index.get_entries(["first"], (PERCEPTUAL_HASH,))["first"].payload
    add(index, Product("second", "Lamp", image=blue))
    assert hash_of_blue == index.get_entries(["second"], (PERCEPTUAL_HASH,))["second"].payload
    again = add(index, Product("first", "Lamp", image=blue, images=(red, green)))
    assert (again.unchanged, counting.n_photos) == (1, 4)


def test_one_changed_photo_is_encoded_alone(
    index: ProductIndex, counting: CountingEncoder, photos: dict[str, str]
) -> None:
    product = Product(
        "first", "Lamp", image=photos["red"], images=(photos["green"], photos["blue"])
    )
    add(index, product)
    Image.new("RGB", (20, 24), "yellow").save(photos["green"])
    assert add(index, product).n_encoded_photos == 1
    assert find_best(index, "first", photos["yellow"]) == 1
    assert counting.n_photos == 4
    assert rank(index, photos["yellow"])[0][1] == pytest.approx(1.0, abs=1e-5)


def test_the_same_photo_twice_is_encoded_once(
    index: ProductIndex, photos: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes(Path(photos["red"]).read_bytes())
    images = (str(copy), photos["green"])
    report = add(index, Product("first", "Lamp", image=photos["red"], images=images))
    assert report.n_encoded_photos == 2
    assert find_best(index, "first", str(copy)) == 0
    assert find_best(index, "first", photos["green"]) == 2


def test_a_broken_further_photo_costs_only_itself(
    index: ProductIndex, photos: dict[str, str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    images = (str(broken), photos["green"])
    photo_only = Product("photo-only", image=photos["red"], images=images)
    report = add(index, photo_only)
    assert (report.added, report.n_rejected, dict(report.warnings_by_field)) == (
        1,
        0,
        {"images": 1},
    )
    (warning,) = report.warnings
    assert (warning.column, warning.raw, warning.field) == ("images", str(broken), "images")
    assert find_best(index, "photo-only", photos["green"]) == 2
    Path(photos["yellow"]).replace(broken)
    assert add(index, photo_only).n_encoded_photos == 1
    assert find_best(index, "photo-only", str(broken)) == 1


def test_a_further_photo_stands_in_for_a_broken_main_one(
    index: ProductIndex, photos: dict[str, str], tmp_path: Path
) -> None:
    missing = tmp_path / "missing.png"
    product = Product("first", image=str(missing), images=(photos["green"], photos["blue"]))
    report = add(index, product)
    assert (report.added, report.n_rejected, dict(report.warnings_by_field)) == (1, 0, {"image": 1})
    vectors = index.get_vectors("first")
    assert vectors is not None
    np.testing.assert_allclose(
        vectors[PHOTO], FakeEncoder().encode_images([photos["green"]])[0], atol=1e-5
    )
    assert [find_best(index, "first", photos[color]) for color in ("green", "blue")] == [1, 2]
    stored = index.get_entries(["first"], (PHOTO_DIGEST, PERCEPTUAL_HASH))["first"].payload
    assert stored[PHOTO_DIGEST] == ""
    assert stored[PERCEPTUAL_HASH]
    Image.new("RGB", (20, 24), "red").save(missing)
    assert add(index, product).n_encoded_photos == 1
    assert [find_best(index, "first", str(missing)), find_best(index, "first", photos["blue"])] == [
        0,
        2,
    ]


def test_a_product_whose_photos_are_all_broken_and_that_has_no_text_is_rejected_once(
    index: ProductIndex, tmp_path: Path
) -> None:
    missing = [str(tmp_path / f"missing-{n}.png") for n in range(3)]
    report = add(index, Product("first", image=missing[0], images=tuple(missing[1:])))
    assert (report.added, report.n_rejected, report.n_warnings) == (0, 1, 0)
    assert (report.rejected[0].field, report.rejected[0].column) == ("", "image")


def test_photos_without_a_main_one_are_indexed(index: ProductIndex, photos: dict[str, str]) -> None:
    images = (photos["red"], photos["green"])
    assert add(index, Product("first", "Lamp", images=images)).n_encoded_photos == 2
    assert [find_best(index, "first", image) for image in images] == [0, 1]


@pytest.mark.parametrize(("max_photos", "n_encoded"), [(1, 1), (2, 2), (21, 4)])
def test_only_so_many_photos_are_encoded(
    photos: dict[str, str], max_photos: int, n_encoded: int
) -> None:
    images = tuple(photos[color] for color in ("green", "blue", "black"))
    product = Product("first", "Lamp", image=photos["red"], images=images)
    settings = IndexSettings(max_photos=max_photos)
    index = ProductIndex.open(":memory:", FakeEncoder(), settings=settings)
    assert add(index, product).n_encoded_photos == n_encoded
    assert add(index, product).unchanged == 1
    assert index.get(["first"]) == [product]
    assert (rank(index, photos["green"])[0][1] > 0.99) is (max_photos > 1)


def test_further_photos_are_not_among_the_vectors_of_an_entry(
    index: ProductIndex, photos: dict[str, str]
) -> None:
    add(index, Product("first", "Lamp", image=photos["red"], images=(photos["green"],)))
    assert PHOTOS not in index.get_entries(["first"], (), vectors=True)["first"].vectors
    assert PHOTOS not in (index.get_vectors("first") or {})
    assert index.sample_vectors(9).keys() == {PHOTO, "text"}
    (entry,), _ = index.browse_vectors()
    assert PHOTOS not in entry.vectors


def test_a_batch_ends_at_its_number_of_photos() -> None:
    products = [
        Product("p", "Lamp", images=tuple(f"{n}.png" for n in range(n_photos)))
        for n_photos in (3, 0, 1, 9, 9, 1)
    ]
    rows = iter([FeedRow(1, product) for product in products])
    sizes = []
    while batch := take_batch(rows, 5, 8):
        sizes.append(len(batch))
    assert sizes == [3, 1, 1, 1]


def test_filters_and_exclusions_hold_for_further_photos(
    index: ProductIndex, photos: dict[str, str]
) -> None:
    add(
        index,
        *(
            Product(f"p{n}", "Lamp", image=photos[color], images=(photos["blue"],))
            for n, color in enumerate(("red", "green", "black"))
        ),
    )
    vector = FakeEncoder().encode_images([photos["blue"]])[0]
    excluded, included = index.query(
        [
            ProductQuery(PHOTO, vector, exclude_ids=("p1",)),
            ProductQuery(PHOTO, vector, include_ids=("p1", "p2"), exact=True),
        ]
    )
    assert {product_id for product_id, _ in excluded} == {"p0", "p2"}
    assert {product_id for product_id, _ in included} == {"p1", "p2"}
    assert all(score == pytest.approx(1.0, abs=1e-5) for _, score in excluded + included)


def test_a_broken_photo_is_named_with_its_own_column(
    index: ProductIndex, photos: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no photo")
    feed = tmp_path / "feed.csv"
    feed.write_text(
        "id,title,image_link,additional_image_link\n"
        "1,Lamp,red.png,broken.png\n2,Lamp,broken.png,green.png\n3,Lamp,red.png|broken.png,\n"
    )
    report = index.add(read_products(feed))
    named = [(row.product_id, row.column, row.field) for row in report.warnings]
    assert named == [
        ("1", "additional_image_link", "images"),
        ("2", "image_link", "image"),
        ("3", "image_link", "images"),
    ]
