"""What a base encoder's frozen towers make of a feed's photos and texts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.base_encoder import BatchEncoder
from embed.finetuning.augmentation import Augmentation
from embed.finetuning.training_catalog import TrainingExample
from embed.photos.letterboxing import letterbox_to_array
from shopwindow.values.encoder import PreparedImage
from shopwindow.values.errors import PhotoError

BATCH_SIZE = 32
N_DECODING_THREADS = 2

StepCallback = Callable[[int, int], None]
"""Told how many are done, and of how many."""


def extract_example_features(
    base: BatchEncoder, examples: Sequence[TrainingExample], seed: int, on_step: StepCallback
) -> tuple[NDArray[np.bool_], NDArray[np.float16], NDArray[np.float16]]:
    """Encode the photos, as they are and as a shopper's camera might show them.

    Args:
        base: The encoder.
        examples: The products.
        seed: Starts the variations.
        on_step: Told the progress.

    Returns:
        Which photos can be used, shape (n_lessons,); features of those, and of their varied
        copies, each of shape (n_usable, width).
    """
    usable: list[bool] = []
    plain: list[NDArray[np.float16]] = []
    varied: list[NDArray[np.float16]] = []

    def opened(lesson: TrainingExample) -> PreparedImage | None:
        try:
            return base.prepare_image(lesson.image)
        except PhotoError:
            return None

    with ThreadPoolExecutor(N_DECODING_THREADS, "decode") as threads:
        rest = iter(examples)
        following = [threads.submit(opened, each) for each in islice(rest, BATCH_SIZE)]
        while following:
            photos = [each.result() for each in following]
            following = [threads.submit(opened, each) for each in islice(rest, BATCH_SIZE)]
            first = len(usable)
            usable += [photo is not None for photo in photos]
            good = [(n, p) for n, p in enumerate(photos, start=first) if p is not None]
            if good:
                pixels = np.stack([photo for _, photo in good])
                copies = np.stack([_varied(photo, [seed, n]) for n, photo in good])
                plain.append(base.extract_image_features(pixels).astype(np.float16))
                varied.append(base.extract_image_features(copies).astype(np.float16))
            on_step(len(usable), len(examples))
    if not plain:
        nothing = np.zeros((0, 1), dtype=np.float16)
        return np.array(usable, dtype=bool), nothing, nothing
    return np.array(usable), np.concatenate(plain), np.concatenate(varied)


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """Texts as the base sees them.

    Attributes:
        row_by_text: Row by text.
        prompted_texts: The texts with the base's prompt around them.
        features: Shape (n_texts, width).
    """

    row_by_text: Mapping[str, int]
    prompted_texts: Sequence[str]
    features: NDArray[np.float32]

    @classmethod
    def extract(
        cls, base: BatchEncoder, texts: Iterable[str], on_step: StepCallback
    ) -> "TextFeatures":
        """Return each text once, encoded."""
        places = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        worded = base.apply_prompt(list(places))
        parts = []
        for start in range(0, len(worded), BATCH_SIZE):
            parts.append(base.extract_text_features(worded[start : start + BATCH_SIZE]))
            on_step(min(start + BATCH_SIZE, len(worded)), len(worded))
        return cls(places, worded, np.concatenate(parts))

    def find_rows(self, texts: Iterable[str]) -> list[int]:
        """Return the rows of some texts."""
        return [self.row_by_text[text] for text in texts]


def _varied(photo: PreparedImage, seed: list[int]) -> PreparedImage:
    taken = Augmentation().apply(Image.fromarray(photo), np.random.default_rng(seed))
    return letterbox_to_array(taken, photo.shape[0])
