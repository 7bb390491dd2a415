"""What chance decides while a shop's heads are trained: batches, what is hidden, first weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.word_embeddings import split_unicode_words
from embed.finetuning.frozen_features import TextFeatures
from embed.finetuning.head_gradients import DropoutMasks
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.trainable_heads import ContrastiveBatch
from embed.finetuning.training_catalog import ProductText, TrainingExample
from embed.finetuning.word_ids import build_vocabulary, build_word_ids

MAX_EXAMPLE_WORDS = 40
"""Words of one text that get a row while training; serving adds up all of them."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is trained on.

    Attributes:
        examples: The products.
        image_features: Their photos' features, shape (n, width).
        augmented_features: The same of varied copies, shape (n, width).
        texts: Every text that may be said of them.
    """

    examples: Sequence[TrainingExample]
    image_features: NDArray[np.float32]
    augmented_features: NDArray[np.float32]
    texts: TextFeatures


@dataclass(frozen=True, slots=True)
class AdapterBatchSampler:
    """Everything of the training that chance decides.

    Attributes:
        data: What is trained on.
        hyperparameters: How often what is chosen.
        vocabulary: Row numbers of the words.
        word_ids: Row numbers of each text's words, shape (n_texts, MAX_WORDS).
        match_keys: What is true of each product.
        rng: Draws products, texts and photos.
        dropout_rng: Draws the first weights and what is left out.
    """

    data: TrainingData
    hyperparameters: Hyperparameters
    vocabulary: dict[str, int]
    word_ids: NDArray[np.int64]
    match_keys: Sequence[frozenset[str]]
    rng: np.random.Generator
    dropout_rng: np.random.Generator

    @classmethod
    def create(cls, data: TrainingData, hyperparameters: Hyperparameters) -> "AdapterBatchSampler":
        """Return draws that begin with the recipe's seed."""
        lessons = data.examples
        used = (
            {w for t in lesson.texts for w in split_unicode_words(t.text)} for lesson in lessons
        )
        vocabulary = build_vocabulary(used, hyperparameters.min_word_count)
        return cls(
            data=data,
            hyperparameters=hyperparameters,
            vocabulary=vocabulary,
            word_ids=build_word_ids(
                data.texts.prompted_texts, vocabulary, split_unicode_words, MAX_EXAMPLE_WORDS
            ),
            match_keys=[frozenset(text.match_key for text in lesson.texts) for lesson in lessons],
            rng=np.random.default_rng(hyperparameters.seed),
            dropout_rng=np.random.default_rng([hyperparameters.seed, 1]),
        )

    def shuffle_rows(self) -> NDArray[np.int64]:
        """Return all products' rows in an order of chance, shape (n_products,)."""
        return self.rng.permutation(len(self.data.examples))

    def sample_batch(self, rows: NDArray[np.int64]) -> ContrastiveBatch:
        """Return a text and a photo for each of these products, drawn by chance."""
        recipe, material, size = self.hyperparameters, self.data, len(rows)
        chosen = _drawn([material.examples[n] for n in rows], self.rng, recipe.title_rate)
        places = material.texts.find_rows([text.text for text in chosen])
        taken = (self.rng.random(size) < recipe.augmentation_rate)[:, None]
        photos = np.where(taken, material.augmented_features[rows], material.image_features[rows])
        shown = self.dropout_rng.random((size, 1)) >= recipe.word_dropout
        return ContrastiveBatch(
            image_features=photos,
            text_features=material.texts.features[places],
            word_ids=self.word_ids[places] * shown,
            targets=_build_targets([self.match_keys[n] for n in rows], chosen),
            image_dropout=DropoutMasks(
                self._mask((size, photos.shape[1]), recipe.feature_dropout),
                self._mask((size, recipe.hidden_dim), recipe.image_dropout),
            ),
            text_dropout=DropoutMasks(
                None, self._mask((size, recipe.hidden_dim), recipe.text_dropout)
            ),
        )

    def _mask(self, shape: tuple[int, int], share: float) -> NDArray[np.float32]:
        """Return 0 for this share, and for the others what keeps the mean."""
        kept = self.dropout_rng.random(shape, dtype=np.float32) >= share
        return kept * np.float32(1.0 / (1.0 - share))


def _drawn(
    lessons: Sequence[TrainingExample], rng: np.random.Generator, titles: float
) -> list[ProductText]:
    by_title = rng.random(len(lessons)) < titles
    return [
        lesson.texts[0] if own else lesson.texts[int(rng.integers(len(lesson.texts)))]
        for lesson, own in zip(lessons, by_title, strict=True)
    ]


def _build_targets(
    codes: Sequence[frozenset[str]], texts: Sequence[ProductText]
) -> NDArray[np.float32]:
    """Return 1 where the text of the row is true of the product of the column, shape (n, n)."""
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text.match_key, []).append(row)
    matches = np.zeros((len(texts), len(codes)), dtype=np.float32)
    for column, known in enumerate(codes):
        for code in known & rows.keys():
            matches[rows[code], column] = 1.0
    return matches
