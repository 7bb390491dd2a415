"""What every encoder does the same way: checks, batches, photos, unit rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.photos.reader import PhotoReader
from shopwindow.values.arrays import check_vectors, l2_normalize
from shopwindow.values.encoder import EncoderSpec, PreparedImage, Vectors
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.query import Crop, ImageSource

T = TypeVar("T")


class BatchEncoder(ABC):
    """An `core.Encoder` whose towers take batches; the contract is stated there.

    Subclasses give `_text_batch` and `_image_batch`; those that have more to offer than vectors to
    heads of a shop's own give `extract_image_features`, `extract_text_features` and the two that lead on.

    Args:
        spec: The facts about the encoder.
        reader: Opens the photos.
        batch_size: Texts or photos that go through a tower at once.
    """

    def __init__(self, spec: EncoderSpec, reader: PhotoReader, batch_size: int = 32) -> None:
        self._spec = spec
        self._reader = reader
        self._visitors_reader = reader.for_queries()
        self._batch_size = batch_size

    @property
    def spec(self) -> EncoderSpec:
        """The facts about this encoder."""
        return self._spec

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._spec.dim

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order; see `core.Encoder`.

        Returns:
            Unit rows, shape (n_texts, dim), float32.

        Raises:
            TypeError: A single string was given, or one of the texts is not a string.
        """
        _refuse_single(texts, "texts")
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"texts: expected strings, got {type(text).__name__}")
        return self._rows(
            [self._text_batch(part) for part in self._parts(self.apply_prompt(texts))]
        )

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Decode and encode photos, in order; see `core.Encoder`.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            PhotoError: One of the photos cannot be used.
            TypeError: A single photo was given instead of a sequence.
        """
        _refuse_single(images, "images")
        # Decoded batch by batch: all photos of a shop at once would not fit into memory.
        batches = ([self.prepare_image(each) for each in part] for part in self._parts(images))
        return self._rows([self._image_batch(np.stack(batch)) for batch in batches])

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Decode one photo, or a part of one; see `core.Encoder`.

        Returns:
            uint8 RGB, shape (image_size, image_size, 3).

        Raises:
            PhotoError: The photo cannot be used.
        """
        reader = self._visitors_reader if for_query else self._reader
        return reader.read_letterboxed(image, self._spec.image_size, crop)

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Encode photos that `prepare_image` decoded, in order; see `core.Encoder`.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            InvalidValueError: An array is not uint8 of shape (image_size, image_size, 3).
        """
        side = self._spec.image_size
        for each in prepared:
            if each.shape != (side, side, 3) or each.dtype != np.uint8:
                expected = f"uint8 of shape ({side}, {side}, 3)"
                raise InvalidValueError("prepared", expected, f"{each.dtype} {each.shape}")
        return self._rows([self._image_batch(np.stack(part)) for part in self._parts(prepared)])

    def extract_image_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what a shop's own heads are trained on: the vectors, or richer features.

        Args:
            pixels: RGB, shape (n, image_size, image_size, 3).

        Returns:
            Shape (n, width); `project_image_features` makes the vectors of it.
        """
        return l2_normalize(self._image_batch(pixels))

    def project_image_features(self, features: NDArray[np.float32]) -> Vectors:
        """Return the unit rows, shape (n, dim), of photos with these features."""
        return features

    def extract_text_features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same of texts, which carry the prompt already, shape (n, width)."""
        return l2_normalize(self._text_batch(texts))

    def project_text_features(self, features: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return the unit rows, shape (n, dim), of texts with these features."""
        return features

    def apply_prompt(self, texts: Sequence[str]) -> list[str]:
        """Return the texts with the encoder's prompt around them."""
        prompt = self._spec.prompt
        return [prompt.replace("{}", text) if prompt else text for text in texts]

    @abstractmethod
    def _text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return rows of any length but zero, shape (n_texts, dim)."""

    @abstractmethod
    def _image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return rows of any length but zero, shape (n, dim), for RGB of (n, side, side, 3)."""

    def _parts(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        size = self._batch_size
        return (items[start : start + size] for start in range(0, len(items), size))

    def _rows(self, parts: list[NDArray[np.float32]]) -> Vectors:
        if not parts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return l2_normalize(check_vectors(np.concatenate(parts), self.dim))


def _refuse_single(items: object, name: str) -> None:
    if isinstance(items, str | bytes | bytearray | Path | Image.Image):
        kind = type(items).__name__
        raise TypeError(f"{name}: expected a sequence of {name}, got one {kind}; put it in a list")
