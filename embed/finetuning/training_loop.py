"""Training a shop's heads over the frozen features of a base encoder, in numpy alone."""

from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from embed.compact.projection_head import Head
from embed.compact.word_embeddings import WordTable, split_any_words
from embed.finetuning.frozen_features import Step
from embed.finetuning.optimizer import Descent
from embed.finetuning.sampling import Draws, Material
from embed.finetuning.trainable_heads import Scaling, ShopTowers
from tools.train_compact.hyperparameters import Recipe

SHOP_RECIPE = Recipe(
    members=1,
    hidden=384,
    joint_dim=128,
    word_dim=128,
    word_count=2,
    epochs=30,
    batch_size=512,
    varied=0.3,
    titles=0.6,
    words_hidden=0.2,
    image_dropout=0.3,
    averaging=0.99,
)
"""Every number of an adaptation; what it does not name is as in the training of the base."""

MIN_STEPS = 150
"""A small shop is passed over more often than the recipe says."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The two heads and the words' rows."""

    image: Head
    text: Head
    words: WordTable


def fit(material: Material, recipe: Recipe, step: Step) -> Trained:
    """Train on a shop's products.

    Args:
        material: What to train on.
        recipe: Every number; its heads have one member.
        step: Told how many passes are done, and of how many.

    Returns:
        What was learned.
    """
    # Threads that wait for each other at every product take thirty times as long on busy cores.
    with threadpool_limits(1, "blas"):
        return _fit(material, recipe, step)


def _fit(material: Material, recipe: Recipe, step: Step) -> Trained:
    draws = Draws.of(material, recipe)
    n_batches, size, epochs = n_passes(len(material.lessons), recipe)
    scalings = (Scaling.of(material.photos), Scaling.of(material.texts.features))
    towers = ShopTowers.start(recipe, *scalings, len(draws.vocabulary), draws.chance)
    descent = Descent(towers, recipe, epochs * n_batches)
    for epoch in range(epochs):
        for rows in draws.order()[: n_batches * size].reshape(n_batches, -1):
            _, gradients = towers.gradients(draws.batch(rows))
            descent.step(gradients)
        step(epoch + 1, epochs)
    averaged = descent.averaged
    table = WordTable(draws.vocabulary, averaged.words[1:].copy(), split_any_words)
    return Trained(averaged.image, averaged.text, table)


def n_passes(n_products: int, recipe: Recipe) -> tuple[int, int, int]:
    """Return how many batches make a pass, how large they are, and how many passes there are."""
    size = min(recipe.batch_size, n_products)
    n_batches = n_products // size
    return n_batches, size, max(recipe.epochs, -(-MIN_STEPS // n_batches))
