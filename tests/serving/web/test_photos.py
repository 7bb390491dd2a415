"""Thumbnails: of products of the index, and of nothing else on this machine."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.serving.web.thumbnails import (
    THUMBNAIL_SIDE,
    ProductPhotos,
    make_thumbnail,
    to_data_url,
)
from shopwindow.serving.web.web_server import build_photo_route
from shopwindow.values import Product
from shopwindow.values.errors import (
    InvalidQueryError,
    PhotoTooLargeError,
    PhotoUnreadableError,
    ProductNotFoundError,
)
from shopwindow.values.settings import PhotoLimits, Settings


@pytest.fixture
def photos(shop: ProductIndex) -> ProductPhotos:
    return ProductPhotos(shop, PhotoReader())


def opened(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.load()
        return picture


def test_a_thumbnail_is_a_small_square_on_white(photos: ProductPhotos) -> None:
    jpeg = photos.get_jpeg("sku-0")  # 40 x 50 pixels of red
    picture = opened(jpeg)
    assert (picture.format, picture.size) == ("JPEG", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    assert len(jpeg) < 15_000
    red, white = (
        picture.getpixel((THUMBNAIL_SIDE // 2, THUMBNAIL_SIDE // 2)),
        picture.getpixel((2, THUMBNAIL_SIDE // 2)),
    )
    assert isinstance(red, tuple)
    assert red[0] > 190
    assert red[1] < 40
    assert white == (255, 255, 255)


@pytest.mark.parametrize("asked", ["/etc/passwd", "../../etc/passwd", "", "sku-0.png"])
def test_only_products_have_photos(photos: ProductPhotos, asked: str) -> None:
    with pytest.raises(ProductNotFoundError, match="no product has the id"):
        photos.get_jpeg(asked)


def test_what_is_no_id_has_no_photo(photos: ProductPhotos) -> None:
    with pytest.raises(InvalidQueryError, match="product_id: expected a text without NUL"):
        photos.get_jpeg("\0")


def test_the_path_of_a_photo_is_not_an_id(
    photos: ProductPhotos, service: SearchService, shop: ProductIndex
) -> None:
    path = shop.get(["sku-0"])[0].image
    assert Path(path).exists()
    with pytest.raises(ProductNotFoundError, match="no product has the id"):
        photos.get_jpeg(path)


@pytest.mark.parametrize("image", ["", "http://shop.test/1.jpg", "/nowhere/1.jpg", "/etc/passwd"])
def test_a_product_without_a_usable_file_has_none(encoder: FakeEncoder, image: str) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("sku-1", "Mug")])
        product = Product("sku-1", "Mug", image=image)
        photos = ProductPhotos(StubIndex(index, product), PhotoReader())
        with pytest.raises(PhotoUnreadableError, match="photo"):
            photos.get_jpeg("sku-1")


class StubIndex(ProductIndex):
    """An index that knows one product, whatever its photo is."""

    def __init__(self, index: ProductIndex, product: Product) -> None:
        super().__init__(index._store, index.encoder)
        self._product = product

    def get(self, product_ids: object) -> list[Product]:
        return [self._product]


def test_a_photo_that_changed_is_drawn_again(encoder: FakeEncoder, tmp_path: Path) -> None:
    file = tmp_path / "1.png"
    Image.new("RGB", (30, 30), (255, 0, 0)).save(file)
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("sku-1", "Mug", image=str(file))])
        photos = ProductPhotos(index, PhotoReader())
        before = photos.get_jpeg("sku-1")
        assert photos.get_jpeg("sku-1") is before
        Image.new("RGB", (30, 30), (0, 0, 255)).save(file)
        assert photos.get_jpeg("sku-1") != before


def test_a_thumbnail_keeps_the_limits(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    Image.new("RGB", (200, 200)).save(file)
    with pytest.raises(PhotoTooLargeError, match="pixels"):
        make_thumbnail(file, PhotoReader(PhotoLimits(max_pixels=1000)))


def test_a_data_address_holds_the_photo() -> None:
    head, _, data = to_data_url(b"\xff\xd8jpeg").partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data) == b"\xff\xd8jpeg"


def test_the_route_answers_with_a_photo_or_404(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_photo_route(service, Settings())])) as client:
        found = client.get("/product-photo", params={"id": "sku-0"})
        assert (found.status_code, found.headers["content-type"]) == (200, "image/jpeg")
        assert opened(found.content).size == (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        for wrong in ("/etc/passwd", "sku-99", ""):
            answer = client.get("/product-photo", params={"id": wrong})
            assert (answer.status_code, answer.text) == (404, "no photo")
