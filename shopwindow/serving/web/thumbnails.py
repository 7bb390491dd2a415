"""Thumbnails of products, by id, and of the photos of a query."""

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from embed import PhotoReader
from index import ProductIndex
from shopwindow.values import Crop, ImageSource
from shopwindow.values.errors import PhotoUnreadableError, ProductNotFoundError

THUMBNAIL_SIDE = 320
"""Pixels of a thumbnail's side: sharp on a card of 260 pixels, 5 to 15 KB."""

_QUALITY = 82
_CACHE_SIZE = 1024
_URL_SCHEMES = ("http://", "https://")


class ProductPhotos:
    """Thumbnails of the index's own products; no other file of this machine can be read.

    Args:
        index: Knows the photo file of each product.
        reader: Opens photos, within its limits.
    """

    def __init__(self, index: ProductIndex, reader: PhotoReader) -> None:
        self._index = index
        self._reader = reader
        self._get_thumbnail = lru_cache(maxsize=_CACHE_SIZE)(self._make_thumbnail)

    def get_jpeg(self, product_id: str, position: int = 0) -> bytes:
        """Return a photo of a product as a JPEG of 320 × 320 pixels.

        Args:
            product_id: The product.
            position: Position of the photo in `Product.photos`, from 0.

        Raises:
            InvalidQueryError: The id is not valid.
            ProductNotFoundError: No product of the index has the id.
            PhotoUnreadableError: The product has no such photo on this machine, or it is broken.
            PhotoTooLargeError: The photo is beyond the limits.
        """
        products = self._index.get([product_id])
        if not products:
            raise ProductNotFoundError(product_id)
        photos = products[0].photos
        image = photos[position] if 0 <= position < len(photos) else ""
        if not image or image.lower().startswith(_URL_SCHEMES):
            raise PhotoUnreadableError(product_id, "the product has no such photo on this machine")
        return self._get_thumbnail(image, _read_mtime_ns(image))

    def _make_thumbnail(self, path: str, mtime_ns: int) -> bytes:  # the time is part of the key
        return make_thumbnail(path, self._reader)


def make_thumbnail(
    source: ImageSource, reader: PhotoReader, side: int = THUMBNAIL_SIDE, crop: Crop | None = None
) -> bytes:
    """Return a photo, or a crop of it, as a square JPEG on white.

    Args:
        source: The photo.
        reader: Opens the photo, within its limits.
        side: Side of the square in pixels.
        crop: The crop; None for the whole photo.

    Raises:
        PhotoError: The photo cannot be used.
    """
    return encode_jpeg(Image.fromarray(reader.read_letterboxed(source, side, crop)))


def encode_jpeg(photo: Image.Image) -> bytes:
    """Return an image as a JPEG file."""
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def to_data_url(jpeg: bytes) -> str:
    """Return a JPEG as a data URL."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _read_mtime_ns(path: str) -> int:
    """Return when a file was last changed, in nanoseconds.

    Raises:
        PhotoUnreadableError: There is no such file.
    """
    try:
        return Path(path).stat().st_mtime_ns
    except (OSError, ValueError) as exc:
        raise PhotoUnreadableError(path, "no such file") from exc
