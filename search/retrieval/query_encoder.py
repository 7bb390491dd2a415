"""Query encoder with a cache: paging and filtering encode the same text or photos again."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import mmh3
import numpy as np

from shopwindow.values import Encoder, PreparedImage, QueryImage, Vectors, l2_normalize

_CACHED_TEXTS = 1024
_CACHED_PHOTOS = 64
_ONE_PIXEL_GIF = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


class PreparedPhoto(NamedTuple):
    """A photo of a query, decoded.

    Attributes:
        pixels: The photo as the encoder takes it.
        weight: Its weight among several photos.
    """

    pixels: PreparedImage
    weight: float

    @property
    def digest(self) -> int:
        """128-bit hash of the pixels."""
        return int(mmh3.hash128(self.pixels.tobytes()))


class VisualConstraints(NamedTuple):
    """The examples that a query's hits should, or should not, be similar to.

    Attributes:
        positive: Photos that hits should be similar to.
        negative: Product ids and photos that hits should not be similar to.
    """

    positive: tuple[PreparedPhoto, ...] = ()
    negative: tuple[str | PreparedPhoto, ...] = ()


class QueryEncoder:
    """Encodes one text or photo at a time, and caches the most recent ones.

    Attributes:
        encode_text: Returns the unit vector of a text, shape (dim,).

    Args:
        encoder: The encoder that made the index.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.encode_text = lru_cache(maxsize=_CACHED_TEXTS)(self._encode_text)
        self._encode_pixels = lru_cache(maxsize=_CACHED_PHOTOS)(self._encode_raw_pixels)

    def warm_up(self) -> None:
        """Load both towers, which may take seconds, before the first query needs them.

        This also starts the process that decodes visitors' photos.
        """
        side = self._encoder.spec.image_size
        self._encoder.encode_texts(["shop"])
        self._encoder.prepare_image(_ONE_PIXEL_GIF, for_query=True)
        self._encoder.encode_prepared([np.zeros((side, side, 3), dtype=np.uint8)])

    def prepare_photos(self, photos: Sequence[QueryImage]) -> tuple[PreparedPhoto, ...]:
        """Return photos decoded and resized for the encoder.

        Raises:
            PhotoError: One of them cannot be used.
        """
        return tuple(
            PreparedPhoto(
                self._encoder.prepare_image(photo.source, photo.crop, for_query=True), photo.weight
            )
            for photo in photos
        )

    def encode_photos(self, photos: Sequence[PreparedPhoto]) -> Vectors:
        """Return one vector for photos of the same product: their normalised weighted mean.

        Args:
            photos: At least one.

        Returns:
            Unit vector, shape (dim,); independent of the order of the photos.
        """
        photos = sorted(photos, key=lambda photo: (photo.digest, photo.weight))
        vectors = [self._encode_pixels(p.pixels.tobytes(), p.pixels.shape) for p in photos]
        if len(vectors) == 1:
            return vectors[0]
        weighted = [photo.weight * row for photo, row in zip(photos, vectors, strict=True)]
        mean: Vectors = l2_normalize(np.sum(weighted, axis=0)[None])[0]
        return mean

    def _encode_text(self, text: str) -> Vectors:
        """Return the unit vector of a text, shape (dim,)."""
        vector: Vectors = self._encoder.encode_texts([text])[0]
        return vector

    def _encode_raw_pixels(self, data: bytes, shape: tuple[int, ...]) -> Vectors:
        """Return the unit vector, shape (dim,), of the bytes of a prepared photo of this shape."""
        pixels = np.frombuffer(data, dtype=np.uint8).reshape(shape)
        vector: Vectors = self._encoder.encode_prepared([pixels])[0]
        return vector
