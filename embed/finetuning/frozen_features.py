"""What a base encoder's frozen towers make of a feed's photos and texts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.base_encoder import BatchEncoder
from embed.finetuning.training_catalog import Lesson
from embed.photos.letterboxing import pad_to_square
from shopwindow.values.encoder import PreparedImage
from shopwindow.values.errors import PhotoError
from tools.train_compact.augmentation import Variation

BATCH = 32
DECODING_THREADS = 2

Step = Callable[[int, int], None]
"""Told how many are done, and of how many."""


def photo_features(
    base: BatchEncoder, lessons: Sequence[Lesson], seed: int, step: Step
) -> tuple[NDArray[np.bool_], NDArray[np.float16], NDArray[np.float16]]:
    """Encode the photos, as they are and as a shopper's camera might show them.

    Args:
        base: The encoder.
        lessons: The products.
        seed: Starts the variations.
        step: Told the progress.

    Returns:
        Which photos can be used, shape (n_lessons,); features of those, and of their varied
        copies, each of shape (n_usable, width).
    """
    usable: list[bool] = []
    plain: list[NDArray[np.float16]] = []
    varied: list[NDArray[np.float16]] = []

    def opened(lesson: Lesson) -> PreparedImage | None:
        try:
            return base.prepare_image(lesson.image)
        except PhotoError:
            return None

    with ThreadPoolExecutor(DECODING_THREADS, "decode") as threads:
        rest = iter(lessons)
        following = [threads.submit(opened, each) for each in islice(rest, BATCH)]
        while following:
            photos = [each.result() for each in following]
            following = [threads.submit(opened, each) for each in islice(rest, BATCH)]
            first = len(usable)
            usable += [photo is not None for photo in photos]
            good = [(n, p) for n, p in enumerate(photos, start=first) if p is not None]
            if good:
                pixels = np.stack([photo for _, photo in good])
                copies = np.stack([_varied(photo, [seed, n]) for n, photo in good])
                plain.append(base.image_features(pixels).astype(np.float16))
                varied.append(base.image_features(copies).astype(np.float16))
            step(len(usable), len(lessons))
    if not plain:
        nothing = np.zeros((0, 1), dtype=np.float16)
        return np.array(usable, dtype=bool), nothing, nothing
    return np.array(usable), np.concatenate(plain), np.concatenate(varied)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as the base sees them.

    Attributes:
        places: Row by text.
        worded: The texts with the base's prompt around them.
        features: Shape (n_texts, width).
    """

    places: Mapping[str, int]
    worded: Sequence[str]
    features: NDArray[np.float32]

    @classmethod
    def of(cls, base: BatchEncoder, texts: Iterable[str], step: Step) -> "Texts":
        """Return each text once, encoded."""
        places = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        worded = base.worded(list(places))
        parts = []
        for start in range(0, len(worded), BATCH):
            parts.append(base.text_features(worded[start : start + BATCH]))
            step(min(start + BATCH, len(worded)), len(worded))
        return cls(places, worded, np.concatenate(parts))

    def rows(self, texts: Iterable[str]) -> list[int]:
        """Return the rows of some texts."""
        return [self.places[text] for text in texts]


def _varied(photo: PreparedImage, seed: list[int]) -> PreparedImage:
    taken = Variation().apply(Image.fromarray(photo), np.random.default_rng(seed))
    return pad_to_square(taken, photo.shape[0])
