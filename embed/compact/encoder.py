"""The default encoder: frozen towers from the package index, heads trained on product photos.

Nothing is downloaded and torch is not imported. The towers are read when they are first needed: a
search by words never waits for the image tower.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from embed.base_encoder import BatchEncoder
from embed.compact.heads_folder import BUNDLED_DIR, CompactWeights, load_compact_weights, read_spec
from embed.compact.image_encoder import ImageTower
from embed.compact.text_encoder import TextTower
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import EncoderSpec, Vectors
from shopwindow.values.errors import EncoderError
from shopwindow.values.settings import EncoderSettings

Tower = TypeVar("Tower")


def read_compact_spec(folder: Path | None = None) -> EncoderSpec:
    """Return the facts about the shipped heads, or those of a folder, without loading weights.

    Raises:
        EncoderUnavailableError: The folder has no `encoder.json`.
        EncoderError: It cannot be understood.
    """
    return read_spec(folder or BUNDLED_DIR)


class CompactEncoder(BatchEncoder):
    """EfficientNet-Lite0 for photos, the multilingual sentence encoder for texts, joined by heads.

    See `core.Encoder` for the contract. A photo's vector has two parts, joint and look; a text's
    look is zero. So a text ranks photos by the joint part alone, and a photo ranks photos by both.

    Args:
        spec: The facts about the heads.
        weights: What was trained and measured.
        reader: Opens the photos.
        settings: Numbers, threads and batch size.

    Raises:
        EncoderError: The settings want numbers that it does not compute in.
    """

    def __init__(
        self,
        spec: EncoderSpec,
        weights: CompactWeights,
        reader: PhotoReader,
        settings: EncoderSettings,
    ) -> None:
        super().__init__(spec, reader, settings.batch_size)
        if settings.precision == "bfloat16":
            raise EncoderError("compact computes in float32 or int8, not in bfloat16")
        self.heads = weights.heads
        self._images = _Once(
            lambda: ImageTower(spec.image_size, settings, weights.activation_ranges)
        )
        self._texts = _Once(TextTower)
        self._blas = ThreadpoolController()

    @classmethod
    def load(
        cls, settings: EncoderSettings, reader: PhotoReader, folder: Path | None = None
    ) -> Self:
        """Load the shipped heads, or those of a folder.

        Args:
            settings: Numbers, threads and batch size.
            reader: Opens the photos.
            folder: What `python -m tools.train_compact` or `shopwindow adapt` wrote.

        Returns:
            The encoder; its towers are read when they are first needed.

        Raises:
            EncoderUnavailableError: A file is missing.
            EncoderError: A file is garbled, or the settings want other numbers.
        """
        spec, parts = load_compact_weights(folder or BUNDLED_DIR)
        return cls(spec, parts, reader, settings)

    def extract_image_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the image tower's features; see `BatchEncoder.extract_image_features`."""
        return self._images.get().extract_features(pixels)

    def project_image_features(self, features: NDArray[np.float32]) -> Vectors:
        """Return the vectors of photos with these features."""
        return self.heads.project_images(features)

    def extract_text_features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the text tower's vectors; see `BatchEncoder.extract_text_features`."""
        # The matrices of a query are too small to share: on busy cores a second thread waits for
        # its turn, and one text takes 23 ms of processor time instead of 5.
        with self._blas.limit(limits=1):
            return self._texts.get().extract_features(texts)

    def is_known_word(self, word: str) -> bool:
        """Return whether this is a word of one of the languages; see `WordRecognizer`."""
        return self._texts.get().is_known_word(word)

    def project_text_features(self, features: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts with these features."""
        with self._blas.limit(limits=1):
            return self.heads.project_texts(features, texts)

    def _text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.project_text_features(self.extract_text_features(texts), texts)

    def _image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.project_image_features(self.extract_image_features(pixels))


class _Once(Generic[Tower]):
    """Makes a value when it is first asked for, once, whatever the number of threads."""

    def __init__(self, make: Callable[[], Tower]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[Tower] = []

    def get(self) -> Tower:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]
