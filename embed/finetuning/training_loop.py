"""Train an adapter's heads over the frozen features of a base encoder, in numpy alone."""

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
"""Hyperparameters of an adaptation; the others are those of the training of `compact`."""

MIN_STEPS = 150
"""Least number of steps: for a small shop there are more epochs."""


@dataclass(frozen=True, slots=True)
class TrainedAdapter:
    """The trained heads and word embeddings."""

    image_head: ProjectionHead
    text_head: ProjectionHead
    word_embeddings: WordEmbeddings


def train_adapter(
    data: TrainingData, hyperparameters: Hyperparameters, on_step: StepCallback
) -> TrainedAdapter:
    """Train the heads and word embeddings of an adapter.

    Args:
        data: The training data.
        hyperparameters: For heads of one member.
        on_step: Called with how many epochs are done, and of how many.

    Returns:
        The averaged weights.
    """
    # BLAS threads that wait for each other at every matrix product take thirty times as long on
    # busy cores.
    with threadpool_limits(1, "blas"):
        return _run_training(data, hyperparameters, on_step)


def _run_training(
    data: TrainingData, hyperparameters: Hyperparameters, on_step: StepCallback
) -> TrainedAdapter:
    sampler = AdapterBatchSampler.create(data, hyperparameters)
    n_batches, batch_size, epochs = plan_epochs(len(data.examples), hyperparameters)
    towers = AdapterTowers.initialize(
        hyperparameters,
        FeatureScaler.fit(data.image_features),
        FeatureScaler.fit(data.texts.features),
        len(sampler.vocabulary),
        sampler.dropout_rng,
    )
    optimizer = NumpyOptimizer(towers, hyperparameters, epochs * n_batches)
    for epoch in range(epochs):
        for rows in sampler.shuffle_rows()[: n_batches * batch_size].reshape(n_batches, -1):
            _, gradients = towers.compute_gradients(sampler.sample_batch(rows))
            optimizer.step(gradients)
        on_step(epoch + 1, epochs)
    averaged = optimizer.ema_towers
    word_embeddings = WordEmbeddings(
        sampler.vocabulary, averaged.word_embeddings[1:].copy(), split_unicode_words
    )
    return TrainedAdapter(averaged.image_head, averaged.text_head, word_embeddings)


def plan_epochs(n_products: int, hyperparameters: Hyperparameters) -> tuple[int, int, int]:
    """Return the number of batches per epoch, the batch size, and the number of epochs."""
    batch_size = min(hyperparameters.batch_size, n_products)
    n_batches = n_products // batch_size
    return n_batches, batch_size, max(hyperparameters.epochs, -(-MIN_STEPS // n_batches))
