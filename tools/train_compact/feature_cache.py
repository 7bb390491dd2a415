"""A cache on disk of the frozen towers' features of the training data."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from embed.compact.image_encoder import CHUNK_SIZE, ImageTower
from embed.compact.text_encoder import TextTower
from embed.finetuning.augmentation import Augmentation
from embed.photos.letterboxing import PREPROCESSING_VERSION, letterbox_to_array
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import digest
from shopwindow.values.setting_groups import EncoderSettings
from tools.train_compact.datasets import LabeledProduct

FEATURES_VERSION = 1
"""Raise it when the towers give other features: cached files are then computed again."""

N_WORKERS = 2
"""Threads that decode photos and run the tower."""


@dataclass(frozen=True, slots=True)
class FeatureCache:
    """Features in a folder, each file under a digest of everything that determines it.

    Attributes:
        folder: The folder.
        image_size: Side of the photos in pixels.
        seed: Seed of the augmentation.
    """

    folder: Path
    image_size: int
    seed: int

    def get_image_features(
        self, photos: Sequence[LabeledProduct], copy_index: int
    ) -> NDArray[np.float16]:
        """Return the image tower's features.

        Args:
            photos: Products, in any order.
            copy_index: 0 for the photos as they are, 1 and up for augmented copies.

        Returns:
            Shape (n_photos, width), float16.
        """
        versions = [FEATURES_VERSION, PREPROCESSING_VERSION]
        parameters: list[object] = [*versions, self.image_size, copy_index]
        parameters += [self.seed, repr(Augmentation())] if copy_index else []
        name = digest(parameters, [f"{photo.dataset}/{photo.id}" for photo in photos])
        return self._load_or_compute(
            f"photos-{name}", lambda: self._compute_image_features(photos, copy_index)
        )

    def get_text_features(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Return the text tower's vectors, shape (n_texts, SENTENCE_DIM), float16."""
        return self._load_or_compute(
            f"texts-{digest([FEATURES_VERSION, *texts])}", lambda: _compute_text_features(texts)
        )

    def _load_or_compute(
        self, name: str, compute: Callable[[], NDArray[np.float16]]
    ) -> NDArray[np.float16]:
        path = self.folder / f"{name}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            partial_path = path.with_suffix(".part.npy")
            np.save(partial_path, compute())
            partial_path.rename(path)
        return np.asarray(np.load(path))

    def _compute_image_features(
        self, photos: Sequence[LabeledProduct], copy_index: int
    ) -> NDArray[np.float16]:
        tower = ImageTower(EncoderSettings(precision="float32", threads=1))

        def extract_chunk(start: int) -> NDArray[np.float16]:
            numbers = range(start, min(start + CHUNK_SIZE, len(photos)))
            pixels = [self.load_pixels(photos[n], n, copy_index) for n in numbers]
            return tower.extract_features(np.stack(pixels)).astype(np.float16)

        starts = range(0, len(photos), CHUNK_SIZE)
        title = f"photos, copy {copy_index}"
        with ThreadPoolExecutor(N_WORKERS) as pool:
            chunks = track(pool.map(extract_chunk, starts), title, total=len(starts))
            return np.concatenate(list(chunks))

    def load_pixels(
        self, photo: LabeledProduct, number: int = 0, copy_index: int = 0
    ) -> NDArray[np.uint8]:
        """Return the tower's input for a photo, or for its augmented copy.

        Args:
            photo: The product.
            number: Its number among all photos, which seeds the augmentation.
            copy_index: 0 for the photo as it is, 1 and up for augmented copies.

        Returns:
            uint8 RGB, shape (image_size, image_size, 3).
        """
        if copy_index == 0:
            return PhotoReader().read_letterboxed(photo.image, self.image_size)
        rng = np.random.default_rng([self.seed, copy_index, number])
        augmented: Image.Image = Augmentation().apply(PhotoReader().read_image(photo.image), rng)
        return letterbox_to_array(augmented, self.image_size)


def _compute_text_features(texts: Sequence[str]) -> NDArray[np.float16]:
    tower = TextTower()
    starts = range(0, len(texts), 256)
    batches = [
        tower.extract_features(texts[start : start + 256]) for start in track(starts, "texts")
    ]
    return np.concatenate(batches).astype(np.float16)
