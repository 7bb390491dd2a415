"""Training a shop's heads over the frozen features of a base encoder, in numpy alone."""

from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from embed.compact.projection_head import ProjectionHead
from embed.compact.word_embeddings import WordEmbeddings, split_unicode_words
from embed.finetuning.frozen_features import StepCallback
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.optimizer import NumpyOptimizer
from embed.finetuning.sampling import AdapterBatchSampler, TrainingData
from embed.finetuning.trainable_heads import AdapterTowers, FeatureScaler

ADAPTER_HYPERPARAMETERS = Hyperparameters(
    ensemble_size=1,
    hidden_dim=384,
    joint_dim=128,
    word_dim=128,
    min_word_count=2,
    epochs=30,
    batch_size=512,
    augmentation_rate=0.3,
    title_rate=0.6,
    word_dropout=0.2,
    image_dropout=0.3,
    ema_decay=0.99,
)
"""Every number of an adaptation; what it does not name is as in the training of the base."""

MIN_STEPS = 150
"""A small shop is passed over more often than the recipe says."""


@dataclass(frozen=True, slots=True)
class TrainedAdapter:
    """The two heads and the words' rows."""

    image_head: ProjectionHead
    text_head: ProjectionHead
    word_embeddings: WordEmbeddings


def train_adapter(
    data: TrainingData, hyperparameters: Hyperparameters, on_step: StepCallback
) -> TrainedAdapter:
    """Train on a shop's products.

    Args:
        data: What to train on.
        hyperparameters: Every number; its heads have one member.
        on_step: Told how many passes are done, and of how many.

    Returns:
        What was learned.
    """
    # Threads that wait for each other at every product take thirty times as long on busy cores.
    with threadpool_limits(1, "blas"):
        return _fit(data, hyperparameters, on_step)


def _fit(material: TrainingData, recipe: Hyperparameters, step: StepCallback) -> TrainedAdapter:
    draws = AdapterBatchSampler.create(material, recipe)
    n_batches, size, epochs = plan_epochs(len(material.examples), recipe)
    scalings = (
        FeatureScaler.fit(material.image_features),
        FeatureScaler.fit(material.texts.features),
    )
    towers = AdapterTowers.initialize(recipe, *scalings, len(draws.vocabulary), draws.dropout_rng)
    descent = NumpyOptimizer(towers, recipe, epochs * n_batches)
    for epoch in range(epochs):
        for rows in draws.shuffle_rows()[: n_batches * size].reshape(n_batches, -1):
            _, gradients = towers.compute_gradients(draws.sample_batch(rows))
            descent.step(gradients)
        step(epoch + 1, epochs)
    averaged = descent.ema_towers
    table = WordEmbeddings(
        draws.vocabulary, averaged.word_embeddings[1:].copy(), split_unicode_words
    )
    return TrainedAdapter(averaged.image_head, averaged.text_head, table)


def plan_epochs(n_products: int, hyperparameters: Hyperparameters) -> tuple[int, int, int]:
    """Return how many batches make a pass, how large they are, and how many passes there are."""
    size = min(hyperparameters.batch_size, n_products)
    n_batches = n_products // size
    return n_batches, size, max(hyperparameters.epochs, -(-MIN_STEPS // n_batches))
