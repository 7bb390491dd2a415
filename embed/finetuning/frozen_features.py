"""Extract the features of a feed's photos and texts with a base encoder's frozen towers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.base_encoder import BatchEncoder
from embed.finetuning.augmentation import Augmentation
from embed.finetuning.training_catalog import TrainingExample
from embed.photos.letterboxing import letterbox_to_array
from shopwindow.values import PreparedImage
from shopwindow.values.errors import PhotoError

BATCH_SIZE = 32
N_DECODING_THREADS = 2

StepCallback = Callable[[int, int], None]
"""Called with how many steps are done, and of how many."""


def extract_example_features(
    base: BatchEncoder, examples: Sequence[TrainingExample], seed: int, on_step: StepCallback
) -> tuple[NDArray[np.bool_], NDArray[np.float16], NDArray[np.float16]]:
    """Extract features of the products' photos and of an augmented copy of each.

    Args:
        base: The encoder.
        examples: The products.
        seed: Seed of the augmentation.
        on_step: Called with the progress.

    Returns:
        Which photos can be used, shape (n_examples,); features of those, and of their augmented
        copies, each of shape (n_usable, width).
    """
    is_usable: list[bool] = []
    features: list[NDArray[np.float16]] = []
    augmented_features: list[NDArray[np.float16]] = []

    def prepare(example: TrainingExample) -> PreparedImage | None:
        try:
            return base.prepare_image(example.image)
        except PhotoError:
            return None

    with ThreadPoolExecutor(N_DECODING_THREADS, "decode") as pool:
        remaining = iter(examples)

        def submit_batch() -> list[Future[PreparedImage | None]]:
            return [pool.submit(prepare, example) for example in islice(remaining, BATCH_SIZE)]

        next_batch = submit_batch()
        while next_batch:
            photos = [future.result() for future in next_batch]
            next_batch = submit_batch()  # decodes while this batch goes through the towers
            n_done = len(is_usable)
            is_usable += [photo is not None for photo in photos]
            usable = [(n, photo) for n, photo in enumerate(photos, n_done) if photo is not None]
            if usable:
                pixels = np.stack([photo for _, photo in usable])
                copies = np.stack([_augment(photo, [seed, n]) for n, photo in usable])
                features.append(base.extract_image_features(pixels).astype(np.float16))
                augmented_features.append(base.extract_image_features(copies).astype(np.float16))
            on_step(len(is_usable), len(examples))
    if not features:
        empty = np.zeros((0, 1), dtype=np.float16)
        return np.array(is_usable, dtype=bool), empty, empty
    return np.array(is_usable), np.concatenate(features), np.concatenate(augmented_features)


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """Different texts with the base's features.

    Attributes:
        row_by_text: Row of each text.
        prompted_texts: The texts in the base's prompt template, by row.
        features: Shape (n_texts, width).
    """

    row_by_text: Mapping[str, int]
    prompted_texts: Sequence[str]
    features: NDArray[np.float32]

    @classmethod
    def extract(
        cls, base: BatchEncoder, texts: Iterable[str], on_step: StepCallback
    ) -> "TextFeatures":
        """Return the features of the texts, duplicates removed, in order of first appearance."""
        row_by_text = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        prompted_texts = base.apply_prompt(list(row_by_text))
        batches = []
        for start in range(0, len(prompted_texts), BATCH_SIZE):
            batch = prompted_texts[start : start + BATCH_SIZE]
            batches.append(base.extract_text_features(batch))
            on_step(start + len(batch), len(prompted_texts))
        return cls(row_by_text, prompted_texts, np.concatenate(batches))

    def find_rows(self, texts: Iterable[str]) -> list[int]:
        """Return the row of each text."""
        return [self.row_by_text[text] for text in texts]


def _augment(photo: PreparedImage, seed: list[int]) -> PreparedImage:
    augmented = Augmentation().apply(Image.fromarray(photo), np.random.default_rng(seed))
    return letterbox_to_array(augmented, photo.shape[0])
