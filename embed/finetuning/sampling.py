"""What chance decides while a shop's heads are trained: batches, what is hidden, first weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.word_embeddings import split_any_words
from embed.finetuning.frozen_features import Texts
from embed.finetuning.head_gradients import DropoutMasks
from embed.finetuning.trainable_heads import Batch
from embed.finetuning.training_catalog import Lesson, ShopText
from tools.train_compact.hyperparameters import Recipe
from tools.train_compact.word_rows import vocabulary_of, word_rows

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
class Draws:
    """Everything of the training that chance decides.

    Attributes:
        material: What is trained on.
        recipe: How often what is chosen.
        vocabulary: Row numbers of the words.
        words: Row numbers of each text's words, shape (n_texts, MAX_WORDS).
        codes: What is true of each product.
        rng: Draws products, texts and photos.
        chance: Draws the first weights and what is left out.
    """

    material: Material
    recipe: Recipe
    vocabulary: dict[str, int]
    words: NDArray[np.int64]
    codes: Sequence[frozenset[str]]
    rng: np.random.Generator
    chance: np.random.Generator

    @classmethod
    def of(cls, material: Material, recipe: Recipe) -> "Draws":
        """Return draws that begin with the recipe's seed."""
        lessons = material.lessons
        used = ({w for t in lesson.texts for w in split_any_words(t.text)} for lesson in lessons)
        vocabulary = vocabulary_of(used, recipe.word_count)
        return cls(
            material=material,
            recipe=recipe,
            vocabulary=vocabulary,
            words=word_rows(material.texts.worded, vocabulary, split_any_words, MAX_WORDS),
            codes=[frozenset(text.code for text in lesson.texts) for lesson in lessons],
            rng=np.random.default_rng(recipe.seed),
            chance=np.random.default_rng([recipe.seed, 1]),
        )

    def order(self) -> NDArray[np.int64]:
        """Return all products' rows in an order of chance, shape (n_products,)."""
        return self.rng.permutation(len(self.material.lessons))

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """Return a text and a photo for each of these products, drawn by chance."""
        recipe, material, size = self.recipe, self.material, len(rows)
        chosen = _drawn([material.lessons[n] for n in rows], self.rng, recipe.titles)
        places = material.texts.rows([text.text for text in chosen])
        taken = (self.rng.random(size) < recipe.varied)[:, None]
        photos = np.where(taken, material.varied[rows], material.photos[rows])
        shown = self.chance.random((size, 1)) >= recipe.words_hidden
        return Batch(
            photos=photos,
            meanings=material.texts.features[places],
            words=self.words[places] * shown,
            matches=_matches([self.codes[n] for n in rows], chosen),
            photo_masks=DropoutMasks(
                self._mask((size, photos.shape[1]), recipe.feature_dropout),
                self._mask((size, recipe.hidden), recipe.image_dropout),
            ),
            text_masks=DropoutMasks(None, self._mask((size, recipe.hidden), recipe.text_dropout)),
        )

    def _mask(self, shape: tuple[int, int], share: float) -> NDArray[np.float32]:
        """Return 0 for this share, and for the others what keeps the mean."""
        kept = self.chance.random(shape, dtype=np.float32) >= share
        return kept * np.float32(1.0 / (1.0 - share))


def _drawn(lessons: Sequence[Lesson], rng: np.random.Generator, titles: float) -> list[ShopText]:
    by_title = rng.random(len(lessons)) < titles
    return [
        lesson.texts[0] if own else lesson.texts[int(rng.integers(len(lesson.texts)))]
        for lesson, own in zip(lessons, by_title, strict=True)
    ]


def _matches(codes: Sequence[frozenset[str]], texts: Sequence[ShopText]) -> NDArray[np.float32]:
    """Return 1 where the text of the row is true of the product of the column, shape (n, n)."""
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text.code, []).append(row)
    matches = np.zeros((len(texts), len(codes)), dtype=np.float32)
    for column, known in enumerate(codes):
        for code in known & rows.keys():
            matches[rows[code], column] = 1.0
    return matches
