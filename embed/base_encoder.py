"""The base class of encoders: input checks, batching, photo loading, normalisation."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.photos.reader import PhotoReader
from shopwindow.values import (
    Crop,
    EncoderSpec,
    ImageSource,
    PreparedImage,
    Vectors,
    check_vectors,
    l2_normalize,
)
from shopwindow.values.errors import InvalidValueError

T = TypeVar("T")


class BatchEncoder(ABC):
    """An `Encoder` whose towers take batches; see `shopwindow.values.encoder` for the contract.

    Subclasses implement `_encode_text_batch` and `_encode_image_batch`. Those whose towers give
    richer features than the final vectors, for `adapt` to train heads on, also override
    `extract_image_features`, `extract_text_features` and the two `project_*` methods.

    Args:
        spec: The encoder's spec.
        reader: Loads the photos.
        batch_size: Texts or photos in one forward pass.
    """

    def __init__(self, spec: EncoderSpec, reader: PhotoReader, batch_size: int = 32) -> None:
        self._spec = spec
        self._reader = reader
        self._query_reader = reader.for_queries()
        self._batch_size = batch_size

    @property
    def spec(self) -> EncoderSpec:
        """The spec of this encoder."""
        return self._spec

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._spec.dim

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order; see `Encoder`.

        Returns:
            Unit rows, shape (n_texts, dim), float32.

        Raises:
            TypeError: A single string was given, or one of the texts is not a string.
        """
        _reject_single(texts, "texts")
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"texts: expected strings, got {type(text).__name__}")
        batches = self._split_into_batches(self.apply_prompt(texts))
        return self._normalize_batches([self._encode_text_batch(batch) for batch in batches])

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Decode and encode photos, in order; see `Encoder`.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            PhotoError: One of the photos cannot be used.
            TypeError: A single photo was given instead of a sequence.
        """
        _reject_single(images, "images")
        # Decoded batch by batch: a whole catalogue at once would not fit into memory.
        batches = (
            [self.prepare_image(image) for image in batch]
            for batch in self._split_into_batches(images)
        )
        return self._normalize_batches(
            [self._encode_image_batch(np.stack(batch)) for batch in batches]
        )

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Decode one photo, or a crop of one; see `Encoder`.

        Returns:
            uint8 RGB, shape (image_size, image_size, 3).

        Raises:
            PhotoError: The photo cannot be used.
        """
        reader = self._query_reader if for_query else self._reader
        return reader.read_letterboxed(image, self._spec.image_size, crop)

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Encode photos that `prepare_image` decoded, in order; see `Encoder`.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            InvalidValueError: An array is not uint8 of shape (image_size, image_size, 3).
        """
        side = self._spec.image_size
        for pixels in prepared:
            if pixels.shape != (side, side, 3) or pixels.dtype != np.uint8:
                expected = f"uint8 of shape ({side}, {side}, 3)"
                raise InvalidValueError("prepared", expected, f"{pixels.dtype} {pixels.shape}")
        batches = self._split_into_batches(prepared)
        return self._normalize_batches(
            [self._encode_image_batch(np.stack(batch)) for batch in batches]
        )

    def extract_image_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Extract the image features that adapter heads are trained on.

        Args:
            pixels: uint8 RGB, shape (n, image_size, image_size, 3).

        Returns:
            Shape (n, width): the vectors themselves, or richer features that
            `project_image_features` turns into vectors.
        """
        return l2_normalize(self._encode_image_batch(pixels))

    def project_image_features(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for image features, shape (n, width)."""
        return features

    def extract_text_features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return features, shape (n, width), of texts that carry the prompt already."""
        return l2_normalize(self._encode_text_batch(texts))

    def project_text_features(self, features: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape (n, dim), for texts and their features, shape (n, width)."""
        return features

    def apply_prompt(self, texts: Sequence[str]) -> list[str]:
        """Return the texts, each in the encoder's prompt template."""
        prompt = self._spec.prompt
        return [prompt.replace("{}", text) if prompt else text for text in texts]

    @abstractmethod
    def _encode_text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode one batch of texts: rows of any length but zero, shape (n_texts, dim)."""

    @abstractmethod
    def _encode_image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Encode RGB of shape (n, side, side, 3): rows of any length but zero, shape (n, dim)."""

    def _split_into_batches(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        size = self._batch_size
        return (items[start : start + size] for start in range(0, len(items), size))

    def _normalize_batches(self, batches: list[NDArray[np.float32]]) -> Vectors:
        """Return batches, each of shape (n, dim), as one array of unit rows, in order."""
        if not batches:
            return np.zeros((0, self.dim), dtype=np.float32)
        return l2_normalize(check_vectors(np.concatenate(batches), self.dim))


def _reject_single(items: object, name: str) -> None:
    if isinstance(items, str | bytes | bytearray | Path | Image.Image):
        type_name = type(items).__name__
        raise TypeError(
            f"{name}: expected a sequence of {name}, got one {type_name}; put it in a list"
        )
