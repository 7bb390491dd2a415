"""Thumbnails of the index's products, and of no other file."""

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
from shopwindow.values.setting_groups import PhotoLimits
from shopwindow.values.settings import Settings


@pytest.fixture
def photos(shop: ProductIndex) -> ProductPhotos:
    return ProductPhotos(shop, PhotoReader())


def open_jpeg(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image


def test_a_thumbnail_is_a_small_square_on_white(photos: ProductPhotos) -> None:
    jpeg = photos.get_jpeg("sku-0")  # 40 x 50 pixels of red
    image = open_jpeg(jpeg)
    assert (image.format, image.size) == ("JPEG", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    assert len(jpeg) < 15_000
    red, white = (
        image.getpixel((THUMBNAIL_SIDE // 2, THUMBNAIL_SIDE // 2)),
        image.getpixel((2, THUMBNAIL_SIDE // 2)),
    )
    assert isinstance(red, tuple)
    assert red[0] > 190
    assert red[1] < 40
    assert white == (255, 255, 255)


@pytest.mark.parametrize("product_id", ["/etc/passwd", "../../etc/passwd", "", "sku-0.png"])
def test_an_unknown_id_has_no_photo(photos: ProductPhotos, product_id: str) -> None:
    with pytest.raises(ProductNotFoundError, match="no product has the id"):
        photos.get_jpeg(product_id)


def test_an_invalid_id_has_no_photo(photos: ProductPhotos) -> None:
    with pytest.raises(InvalidQueryError, match="product_id: expected a text without NUL"):
        photos.get_jpeg("\0")


def test_a_photo_path_is_not_an_id(
    photos: ProductPhotos, service: SearchService, shop: ProductIndex
) -> None:
    path = shop.get(["sku-0"])[0].image
    assert Path(path).exists()
    with pytest.raises(ProductNotFoundError, match="no product has the id"):
        photos.get_jpeg(path)


@pytest.mark.parametrize("image", ["", "http://shop.test/1.jpg", "/nowhere/1.jpg", "/etc/passwd"])
def test_a_product_without_a_usable_file_has_no_thumbnail(encoder: FakeEncoder, image: str) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("sku-1", "Mug")])
        product = Product("sku-1", "Mug", image=image)
        photos = ProductPhotos(StubIndex(index, product), PhotoReader())
        with pytest.raises(PhotoUnreadableError, match="photo"):
            photos.get_jpeg("sku-1")


class StubIndex(ProductIndex):
    """An index of one product with any photo path."""

    def __init__(self, index: ProductIndex, product: Product) -> None:
        super().__init__(index._store, index.encoder)
        self._product = product

    def get(self, product_ids: object) -> list[Product]:
        return [self._product]


def test_a_photo_is_served_by_its_number_and_only_if_it_is_the_product_s(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    paths = [str(tmp_path / f"{color}.png") for color in ("red", "lime", "blue")]
    for path in paths:
        Image.new("RGB", (30, 30), Path(path).stem).save(path)
    address = "http://shop.test/4.jpg"
    product = Product("sku-1", "Mug", image=paths[0], images=(paths[1], address, paths[2]))
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("sku-1", "Mug")])
        service = SearchService(StubIndex(index, product))
        app = Starlette(routes=[build_photo_route(service, Settings())])
        client = TestClient(app)
        for query, channel in (("", 0), ("&n=0", 0), ("&n=1", 1), ("&n=3", 2)):
            response = client.get(f"/product-photo?id=sku-1{query}")
            pixel = open_jpeg(response.content).getpixel((160, 160))
            assert isinstance(pixel, tuple)
            assert (response.status_code, pixel[channel] > 200) == (200, True)
        bad = ("2", "4", "-1", "999", "1e1", "", "x", "٣", "1/../..", paths[1], "9" * 5000)
        for number in bad:
            answer = client.get("/product-photo", params={"id": "sku-1", "n": number})
            assert (answer.status_code, answer.text) == (404, "no photo"), number


def test_a_changed_photo_gets_a_new_thumbnail(encoder: FakeEncoder, tmp_path: Path) -> None:
    file = tmp_path / "1.png"
    Image.new("RGB", (30, 30), (255, 0, 0)).save(file)
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("sku-1", "Mug", image=str(file))])
        photos = ProductPhotos(index, PhotoReader())
        before = photos.get_jpeg("sku-1")
        assert photos.get_jpeg("sku-1") is before
        Image.new("RGB", (30, 30), (0, 0, 255)).save(file)
        assert photos.get_jpeg("sku-1") != before


def test_a_thumbnail_respects_the_photo_limits(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    Image.new("RGB", (200, 200)).save(file)
    with pytest.raises(PhotoTooLargeError, match="pixels"):
        make_thumbnail(file, PhotoReader(PhotoLimits(max_pixels=1000)))


def test_a_data_url_holds_the_photo() -> None:
    head, _, data = to_data_url(b"\xff\xd8jpeg").partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data) == b"\xff\xd8jpeg"


def test_the_photo_route_returns_a_photo_or_404(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_photo_route(service, Settings())])) as client:
        response = client.get("/product-photo", params={"id": "sku-0"})
        assert (response.status_code, response.headers["content-type"]) == (200, "image/jpeg")
        assert open_jpeg(response.content).size == (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        for product_id in ("/etc/passwd", "sku-99", ""):
            answer = client.get("/product-photo", params={"id": product_id})
            assert (answer.status_code, answer.text) == (404, "no photo")
