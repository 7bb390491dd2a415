"""The encoder as queries use it: paging and filtering ask the same words or photo again."""

from functools import lru_cache

import numpy as np

from core.encoder import Encoder, PreparedImage, Vectors
from core.query import ImageSource

_CACHED_TEXTS = 1024
_CACHED_PHOTOS = 64


class QueryEncoder:
    """Encodes one text or photo at a time, and keeps the last ones.

    Args:
        encoder: The encoder that made the index.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.text = lru_cache(maxsize=_CACHED_TEXTS)(self._text)
        self._pixels = lru_cache(maxsize=_CACHED_PHOTOS)(self._encoded)

    def warm_up(self) -> None:
        """Load both towers, which may take seconds, before somebody waits for them."""
        side = self._encoder.spec.image_size
        self._encoder.encode_texts(["shop"])
        self._encoder.encode_prepared([np.zeros((side, side, 3), dtype=np.uint8)])

    def prepare(self, photo: ImageSource) -> PreparedImage:
        """Return the photo as the encoder takes it.

        Raises:
            PhotoError: It cannot be used.
        """
        return self._encoder.prepare_image(photo)

    def photo(self, prepared: PreparedImage) -> Vectors:
        """Return the unit vector of a prepared photo, shape (dim,)."""
        return self._pixels(prepared.tobytes(), prepared.shape)

    def _text(self, text: str) -> Vectors:
        row: Vectors = self._encoder.encode_texts([text])[0]
        return row

    def _encoded(self, data: bytes, shape: tuple[int, ...]) -> Vectors:
        pixels = np.frombuffer(data, dtype=np.uint8).reshape(shape)
        row: Vectors = self._encoder.encode_prepared([pixels])[0]
        return row
