"""Photos small enough to show: of products by id, and of the photo that a visitor gave."""

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from embed import PhotoReader
from index import ProductIndex
from shopwindow.values.errors import PhotoUnreadableError, ProductNotFoundError
from shopwindow.values.query import Crop, ImageSource

THUMBNAIL_SIDE = 320
"""Pixels of a thumbnail's side: sharp on a card of 260 pixels, 5 to 15 KB."""

_QUALITY = 82
_CACHED = 1024
_ADDRESSES = ("http://", "https://")


class ProductPhotos:
    """Thumbnails of the index's own products; nothing else on this machine can be asked for.

    Args:
        index: Says which file belongs to which product.
        reader: Opens photos, within its limits.
    """

    def __init__(self, index: ProductIndex, reader: PhotoReader) -> None:
        self._index = index
        self._reader = reader
        self._cached = lru_cache(maxsize=_CACHED)(self._thumbnail)

    def get_jpeg(self, product_id: str) -> bytes:
        """Return the photo of one product as a JPEG of 320 × 320 pixels.

        Raises:
            InvalidQueryError: No product can have the id.
            ProductNotFoundError: No product of the index has the id.
            PhotoUnreadableError: The product has no photo on this machine, or it is broken.
            PhotoTooLargeError: The photo is beyond the limits.
        """
        found = self._index.get([product_id])
        if not found:
            raise ProductNotFoundError(product_id)
        image = found[0].image
        if not image or image.lower().startswith(_ADDRESSES):
            raise PhotoUnreadableError(product_id, "the product has no photo on this machine")
        return self._cached(image, _changed_at(image))

    def _thumbnail(self, path: str, changed_at: int) -> bytes:  # part of the key
        return make_thumbnail(path, self._reader)


def make_thumbnail(
    source: ImageSource, reader: PhotoReader, side: int = THUMBNAIL_SIDE, crop: Crop | None = None
) -> bytes:
    """Return a photo, or a part of one, as a square JPEG on white.

    Args:
        source: The photo.
        reader: Opens it, within its limits.
        side: Pixels of the square's side.
        crop: The part of it; None for the whole.

    Raises:
        PhotoError: The photo cannot be used.
    """
    return encode_jpeg(Image.fromarray(reader.read_letterboxed(source, side, crop)))


def encode_jpeg(photo: Image.Image) -> bytes:
    """Return a picture as a JPEG file."""
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def to_data_url(jpeg: bytes) -> str:
    """Return a JPEG as an address that holds the photo itself."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _changed_at(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except (OSError, ValueError) as exc:
        raise PhotoUnreadableError(path, "no such file") from exc
