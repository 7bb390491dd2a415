"""Random sampling in the training of an adapter: batches, augmentation and dropout."""

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
"""Words of one text whose embeddings are summed in training; at inference there is no limit."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Training examples with their features.

    Attributes:
        examples: The products.
        image_features: Features of their photos, shape (n, width).
        augmented_features: Features of augmented copies, shape (n, width).
        texts: Features of all their texts.
    """

    examples: Sequence[TrainingExample]
    image_features: NDArray[np.float32]
    augmented_features: NDArray[np.float32]
    texts: TextFeatures


@dataclass(frozen=True, slots=True)
class AdapterBatchSampler:
    """Samples training batches with texts, augmented photos and dropout masks.

    Attributes:
        data: The training data.
        hyperparameters: Rates of titles, augmentation and dropout.
        vocabulary: Row of each word.
        word_ids: Row + 1 of each text's words, 0 for padding, shape (n_texts, MAX_EXAMPLE_WORDS).
        match_keys: The match keys of each product's texts.
        rng: Samples products, texts and photos.
        dropout_rng: Samples dropout masks; also used for the initial weights.
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
        """Return a sampler that starts with the hyperparameters' seed."""
        words_by_product = (
            {word for text in example.texts for word in split_unicode_words(text.text)}
            for example in data.examples
        )
        vocabulary = build_vocabulary(words_by_product, hyperparameters.min_word_count)
        return cls(
            data=data,
            hyperparameters=hyperparameters,
            vocabulary=vocabulary,
            word_ids=build_word_ids(
                data.texts.prompted_texts, vocabulary, split_unicode_words, MAX_EXAMPLE_WORDS
            ),
            match_keys=[
                frozenset(text.match_key for text in example.texts) for example in data.examples
            ],
            rng=np.random.default_rng(hyperparameters.seed),
            dropout_rng=np.random.default_rng([hyperparameters.seed, 1]),
        )

    def shuffle_rows(self) -> NDArray[np.int64]:
        """Return all products' rows in random order, shape (n_products,)."""
        return self.rng.permutation(len(self.data.examples))

    def sample_batch(self, rows: NDArray[np.int64]) -> ContrastiveBatch:
        """Return a batch with one random text and one photo for each of these products.

        Args:
            rows: Rows of the products in the training data, shape (n,).
        """
        rates, data, size = self.hyperparameters, self.data, len(rows)
        examples = [data.examples[row] for row in rows]
        texts = _sample_texts(examples, self.rng, rates.title_rate)
        text_rows = data.texts.find_rows([text.text for text in texts])
        is_augmented = (self.rng.random(size) < rates.augmentation_rate)[:, None]
        photos = np.where(is_augmented, data.augmented_features[rows], data.image_features[rows])
        has_words = self.dropout_rng.random((size, 1)) >= rates.word_dropout
        return ContrastiveBatch(
            image_features=photos,
            text_features=data.texts.features[text_rows],
            word_ids=self.word_ids[text_rows] * has_words,
            targets=_build_targets([self.match_keys[row] for row in rows], texts),
            image_dropout=DropoutMasks(
                self._sample_mask((size, photos.shape[1]), rates.feature_dropout),
                self._sample_mask((size, rates.hidden_dim), rates.image_dropout),
            ),
            text_dropout=DropoutMasks(
                None, self._sample_mask((size, rates.hidden_dim), rates.text_dropout)
            ),
        )

    def _sample_mask(self, shape: tuple[int, int], rate: float) -> NDArray[np.float32]:
        """Return an inverted dropout mask of this shape: 0 at this rate, else 1 / (1 - rate)."""
        is_kept = self.dropout_rng.random(shape, dtype=np.float32) >= rate
        return is_kept * np.float32(1.0 / (1.0 - rate))


def _sample_texts(
    examples: Sequence[TrainingExample], rng: np.random.Generator, title_rate: float
) -> list[ProductText]:
    """Return one text per example: its title at this rate, else any of its texts."""
    uses_title = rng.random(len(examples)) < title_rate
    return [
        example.texts[0] if by_title else example.texts[int(rng.integers(len(example.texts)))]
        for example, by_title in zip(examples, uses_title, strict=True)
    ]


def _build_targets(
    match_keys: Sequence[frozenset[str]], texts: Sequence[ProductText]
) -> NDArray[np.float32]:
    """Return 1 where the text of the row matches the product of the column, shape (n, n)."""
    rows_by_key: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows_by_key.setdefault(text.match_key, []).append(row)
    targets = np.zeros((len(texts), len(match_keys)), dtype=np.float32)
    for column, product_keys in enumerate(match_keys):
        for key in product_keys & rows_by_key.keys():
            targets[rows_by_key[key], column] = 1.0
    return targets
