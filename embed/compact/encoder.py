"""The default encoder: frozen towers from PyPI packages, heads trained on product photos.

Nothing is downloaded and torch is not imported. The towers are loaded on first use: a text query
never waits for the image tower.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from embed.base_encoder import BatchEncoder
from embed.compact.heads import CompactHeads
from embed.compact.heads_folder import BUNDLED_DIR, load_compact_heads, read_spec
from embed.compact.image_encoder import ImageTower
from embed.compact.text_encoder import TextTower
from embed.compact.tower_files import IMAGE_SIZE
from embed.photos.reader import PhotoReader
from shopwindow.values import EncoderSpec, Vectors
from shopwindow.values.errors import EncoderError
from shopwindow.values.setting_groups import EncoderSettings

Tower = TypeVar("Tower")


def read_compact_spec(folder: Path | None = None) -> EncoderSpec:
    """Return the spec of the bundled heads, or of a folder's, without loading weights.

    Raises:
        EncoderUnavailableError: The folder has no `encoder.json`.
        EncoderError: Its `encoder.json` is invalid.
    """
    return read_spec(folder or BUNDLED_DIR)


class CompactEncoder(BatchEncoder):
    """EfficientNet-Lite0 for photos, the multilingual sentence encoder for texts, joined by heads.

    See `Encoder` for the contract, and `CompactHeads` for the parts of a vector: a text ranks
    photos by the joint part alone, a photo ranks photos by the joint and the appearance part.

    Args:
        spec: The spec of the heads.
        heads: The trained heads.
        reader: Loads the photos.
        settings: Precision, threads and batch size.

    Raises:
        EncoderError: The precision is bfloat16, which it does not support, or the heads are for
            photos of another size than the image tower's.
    """

    def __init__(
        self,
        spec: EncoderSpec,
        heads: CompactHeads,
        reader: PhotoReader,
        settings: EncoderSettings,
    ) -> None:
        super().__init__(spec, reader, settings.batch_size)
        if settings.precision == "bfloat16":
            raise EncoderError(
                "compact computes in float32 or int8, not in bfloat16: set "
                "SHOPWINDOW_ENCODER__PRECISION to one of them or to auto"
            )
        if spec.image_size != IMAGE_SIZE:
            raise EncoderError(
                f"compact takes photos of {IMAGE_SIZE} x {IMAGE_SIZE} pixels, but these heads are "
                f"for photos of {spec.image_size}: train them again"
            )
        self.heads = heads
        self._image_tower = _Lazy(lambda: ImageTower(settings))
        self._text_tower = _Lazy(TextTower)
        self._blas_threads = ThreadpoolController()

    @classmethod
    def load(
        cls, settings: EncoderSettings, reader: PhotoReader, folder: Path | None = None
    ) -> Self:
        """Load the bundled heads, or those of a folder.

        Args:
            settings: Precision, threads and batch size.
            reader: Loads the photos.
            folder: What `python -m tools.train_compact` wrote; the bundled heads when None.

        Returns:
            The encoder; its towers are loaded on first use.

        Raises:
            EncoderUnavailableError: A file is missing.
            EncoderError: A file is corrupt, or the precision is not supported.
        """
        spec, heads = load_compact_heads(folder or BUNDLED_DIR)
        return cls(spec, heads, reader, settings)

    def extract_image_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the image tower's features; see `BatchEncoder.extract_image_features`."""
        return self._image_tower.get().extract_features(pixels)

    def project_image_features(self, features: NDArray[np.float32]) -> Vectors:
        """Return the vectors of photos, shape (n, dim), for the image tower's features."""
        return self.heads.project_images(features)

    def extract_text_features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the text tower's vectors; see `BatchEncoder.extract_text_features`."""
        # A query's matrices are too small to split: on busy cores a second thread waits for its
        # turn, and one text takes 23 ms of CPU time instead of 5.
        with self._blas_threads.limit(limits=1):
            return self._text_tower.get().extract_features(texts)

    def is_known_word(self, word: str) -> bool:
        """Return whether this is a word of one of its languages; see `WordRecognizer`."""
        return self._text_tower.get().is_known_word(word)

    def project_text_features(self, features: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, shape (n, dim), for the text tower's features."""
        with self._blas_threads.limit(limits=1):
            return self.heads.project_texts(features, texts)

    def _encode_text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape (n_texts, dim)."""
        return self.project_text_features(self.extract_text_features(texts), texts)

    def _encode_image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return unit rows, shape (n, dim), for uint8 RGB of shape (n, side, side, 3)."""
        return self.project_image_features(self.extract_image_features(pixels))


class _Lazy(Generic[Tower]):
    """Loads a value on first use, once, whatever the number of threads."""

    def __init__(self, load: Callable[[], Tower]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: list[Tower] = []

    def get(self) -> Tower:
        with self._lock:
            if not self._loaded:
                self._loaded.append(self._load())
            return self._loaded[0]
