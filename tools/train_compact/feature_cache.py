"""What the frozen towers make of the training data, computed once and kept in a folder."""

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
from shopwindow.values.settings import EncoderSettings
from tools.train_compact.datasets import LabeledProduct

FEATURES_VERSION = 1
"""Raise it when the towers give other features: kept files are then made again."""

N_WORKERS = 2
"""Threads that decode and run the tower side by side."""


@dataclass(frozen=True, slots=True)
class FeatureCache:
    """Features in a folder; a file is used again when everything that made it is the same.

    Attributes:
        folder: Where the files are.
        image_size: Side of the pictures in pixels.
        seed: Starts the random variations.
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
            copy_index: 0 for the photos as they are, 1 and up for varied copies.

        Returns:
            Shape (n_photos, width), float16.
        """
        versions = [FEATURES_VERSION, PREPROCESSING_VERSION]
        made_from: list[object] = [*versions, self.image_size, copy_index]
        made_from += [self.seed, repr(Augmentation())] if copy_index else []
        name = digest(made_from, [f"{each.dataset}/{each.id}" for each in photos])
        return self._kept(f"photos-{name}", lambda: self._photo_features(photos, copy_index))

    def get_text_features(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Return the text tower's vectors, shape (n_texts, 512), float16."""
        return self._kept(
            f"texts-{digest([FEATURES_VERSION, *texts])}", lambda: _text_features(texts)
        )

    def _kept(self, name: str, make: Callable[[], NDArray[np.float16]]) -> NDArray[np.float16]:
        path = self.folder / f"{name}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, make())
            unfinished.rename(path)
        return np.asarray(np.load(path))

    def _photo_features(self, photos: Sequence[LabeledProduct], copy: int) -> NDArray[np.float16]:
        tower = ImageTower(self.image_size, EncoderSettings(precision="float32", threads=1))

        def part(start: int) -> NDArray[np.float16]:
            numbers = range(start, min(start + CHUNK_SIZE, len(photos)))
            pixels = [self.load_pixels(photos[n], n, copy) for n in numbers]
            return tower.extract_features(np.stack(pixels)).astype(np.float16)

        starts = range(0, len(photos), CHUNK_SIZE)
        with ThreadPoolExecutor(N_WORKERS) as pool:
            parts = track(pool.map(part, starts), f"photos, copy {copy}", total=len(starts))
            return np.concatenate(list(parts))

    def load_pixels(
        self, photo: LabeledProduct, number: int = 0, copy_index: int = 0
    ) -> NDArray[np.uint8]:
        """Return the square that the tower sees of a photo, or of its varied copy."""
        if copy_index == 0:
            return PhotoReader().read_letterboxed(photo.image, self.image_size)
        rng = np.random.default_rng([self.seed, copy_index, number])
        picture: Image.Image = Augmentation().apply(PhotoReader().read_image(photo.image), rng)
        return letterbox_to_array(picture, self.image_size)


def _text_features(texts: Sequence[str]) -> NDArray[np.float16]:
    tower = TextTower()
    starts = range(0, len(texts), 256)
    parts = [tower.extract_features(texts[at : at + 256]) for at in track(starts, "texts")]
    return np.concatenate(parts).astype(np.float16)
