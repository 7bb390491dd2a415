"""Training a shop's heads over the frozen features of a base encoder."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embed.adapting.catalogue import Lesson, ShopText
from embed.adapting.features import Step, Texts
from embed.compact_head import Head
from embed.compact_words import WordTable, split_any_words
from embed.training.descent import Descent, contrast
from embed.training.modules import Evening, Towers
from embed.training.recipe import Recipe
from embed.training.words import vocabulary_of, word_rows

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

MAX_WORDS = 40
"""Words of one text that get a row while training; serving adds up all of them."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on.

    Attributes:
        lessons: The products.
        photos: Their photos' features, shape (n, width).
        varied: The same of varied copies, shape (n, width).
        texts: Every text that may be said of them.
    """

    lessons: Sequence[Lesson]
    photos: NDArray[np.float32]
    varied: NDArray[np.float32]
    texts: Texts


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
        recipe: Every number.
        step: Told how many passes are done, and of how many.

    Returns:
        What was learned.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    lessons = material.lessons
    used = ({w for each in lesson.texts for w in split_any_words(each.text)} for lesson in lessons)
    vocabulary = vocabulary_of(used, recipe.word_count)
    words = word_rows(material.texts.worded, vocabulary, split_any_words, MAX_WORDS)
    codes = [frozenset(text.code for text in lesson.texts) for lesson in lessons]
    size = min(recipe.batch_size, len(lessons))
    n_batches = len(lessons) // size
    epochs = max(recipe.epochs, -(-MIN_STEPS // n_batches))
    evenings = (_evening(material.photos), _evening(material.texts.features))
    towers = Towers(recipe, *evenings, len(vocabulary))
    descent = Descent(towers, recipe, epochs * n_batches)
    for epoch in range(epochs):
        for rows in rng.permutation(len(lessons))[: n_batches * size].reshape(n_batches, -1):
            chosen = _drawn([lessons[n] for n in rows], rng, recipe.titles)
            places = material.texts.rows([each.text for each in chosen])
            taken = (rng.random(size) < recipe.varied)[:, None]
            photos = np.where(taken, material.varied[rows], material.photos[rows])
            texts = torch.from_numpy(material.texts.features[places])
            own = towers.encode_texts(texts, words[places])  # (1, n, dim)
            likeness = own @ towers.image(torch.from_numpy(photos)).mT * towers.sharp()
            descent.step(contrast(likeness, _matches([codes[n] for n in rows], chosen)))
        step(epoch + 1, epochs)
    averaged = descent.averaged
    table = WordTable(vocabulary, averaged.words.as_rows(), split_any_words)
    return Trained(averaged.image.as_head(), averaged.text.as_head(), table)


def _evening(features: NDArray[np.float32]) -> Evening:
    sample = torch.from_numpy(features[:: max(1, len(features) // 4000)]).float()
    spread = sample.std(dim=0)
    return sample.mean(dim=0), 1.0 / (spread + 0.02 * spread.mean() + 1e-6)


def _drawn(lessons: Sequence[Lesson], rng: np.random.Generator, titles: float) -> list[ShopText]:
    by_title = rng.random(len(lessons)) < titles
    return [
        lesson.texts[0] if own else lesson.texts[int(rng.integers(len(lesson.texts)))]
        for lesson, own in zip(lessons, by_title, strict=True)
    ]


def _matches(codes: Sequence[frozenset[str]], texts: Sequence[ShopText]) -> Tensor:
    """Return 1 where the text of the row is true of the product of the column, shape (n, n)."""
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text.code, []).append(row)
    matches = torch.zeros(len(texts), len(codes))
    for column, known in enumerate(codes):
        for code in known & rows.keys():
            matches[rows[code], column] = 1.0
    return matches
