"""The encoder as queries use it: paging and filtering ask the same words or photo again."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import mmh3
import numpy as np

from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Encoder, PreparedImage, Vectors
from shopwindow.values.query import QueryImage

_CACHED_TEXTS = 1024
_CACHED_PHOTOS = 64
_SMALLEST = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A photo of one pixel, as a file."""


class PreparedPhoto(NamedTuple):
    """A photo of a query, decoded.

    Attributes:
        pixels: As the encoder takes it.
        weight: How much it counts among several.
    """

    pixels: PreparedImage
    weight: float

    @property
    def digest(self) -> int:
        """A number for the pixels; equal ones for equal pixels."""
        return int(mmh3.hash128(self.pixels.tobytes()))


class VisualConstraints(NamedTuple):
    """How the hits of a query should look.

    Attributes:
        positive: Photos of what they should be like.
        negative: Ids of products, and photos, of what they should not be like.
    """

    positive: tuple[PreparedPhoto, ...] = ()
    negative: tuple[str | PreparedPhoto, ...] = ()


class QueryEncoder:
    """Encodes one text or photo at a time, and keeps the last ones.

    Args:
        encoder: The encoder that made the index.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.encode_text = lru_cache(maxsize=_CACHED_TEXTS)(self._text)
        self._pixels = lru_cache(maxsize=_CACHED_PHOTOS)(self._encoded)

    def warm_up(self) -> None:
        """Load both towers, which may take seconds, before somebody waits for them.

        A process that opens visitors' photos is started too.
        """
        side = self._encoder.spec.image_size
        self._encoder.encode_texts(["shop"])
        self._encoder.prepare_image(_SMALLEST, for_query=True)
        self._encoder.encode_prepared([np.zeros((side, side, 3), dtype=np.uint8)])

    def prepare_photos(self, photos: Sequence[QueryImage]) -> tuple[PreparedPhoto, ...]:
        """Return photos as the encoder takes them.

        Raises:
            PhotoError: One of them cannot be used.
        """
        return tuple(
            PreparedPhoto(
                self._encoder.prepare_image(each.source, each.crop, for_query=True), each.weight
            )
            for each in photos
        )

    def encode_photos(self, photos: Sequence[PreparedPhoto]) -> Vectors:
        """Return the vector of photos of one thing: the direction of their weighted mean.

        Returns:
            Unit vector, shape (dim,); the same one in whatever order the photos are given.
        """
        photos = sorted(photos, key=lambda each: (each.digest, each.weight))
        rows = [self._pixels(each.pixels.tobytes(), each.pixels.shape) for each in photos]
        if len(rows) == 1:
            return rows[0]
        weighed = [each.weight * row for each, row in zip(photos, rows, strict=True)]
        mean: Vectors = l2_normalize(np.sum(weighed, axis=0)[None])[0]
        return mean

    def _text(self, text: str) -> Vectors:
        row: Vectors = self._encoder.encode_texts([text])[0]
        return row

    def _encoded(self, data: bytes, shape: tuple[int, ...]) -> Vectors:
        pixels = np.frombuffer(data, dtype=np.uint8).reshape(shape)
        row: Vectors = self._encoder.encode_prepared([pixels])[0]
        return row
