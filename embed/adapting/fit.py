"""Training a shop's heads over the frozen features of a base encoder."""

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embed.adapting.catalogue import Lesson, ShopText
from embed.adapting.features import Texts
from embed.compact_heads import Head
from embed.compact_words import WordTable, split_any_words
from embed.training.fit import MAX_SHARPNESS, average_into, contrast, optimizer_of
from embed.training.modules import TrainedHead
from embed.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class ShopRecipe:
    """Every number of an adaptation.

    Attributes:
        seed: Starts every random choice.
        hidden: Units between the two layers of a head.
        dim: Width of the own part of a vector.
        word_dim: Width of a word's row.
        word_count: Products that must use a word before it gets a row.
        max_words: Words of one text that get a row while training.
        epochs: Passes over the products, at least.
        steps: Steps, at least: a small shop is passed over more often.
        batch_size: Products that are contrasted with each other, at most.
        learning_rate: Largest step, reached after a tenth of the training.
        weight_decay: Pull of the weights towards zero.
        varied: Share of photos that are shown as their varied copy.
        titles: Share of products that are shown with their first title.
        words_hidden: Share of texts whose words' rows are hidden.
        feature_dropout: Share of the photo's features that a step leaves out.
        image_dropout: Share of hidden units, photo's side, that a step leaves out.
        text_dropout: Share of hidden units, text's side, that a step leaves out.
        sharpness: What likeness is multiplied with at the start.
        averaging: How slowly the averaged weights follow the trained ones.
    """

    seed: int = 20261122
    hidden: int = 384
    dim: int = 128
    word_dim: int = 128
    word_count: int = 2
    max_words: int = 40
    epochs: int = 30
    steps: int = 150
    batch_size: int = 512
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    varied: float = 0.3
    titles: float = 0.6
    words_hidden: float = 0.2
    feature_dropout: float = 0.25
    image_dropout: float = 0.3
    text_dropout: float = 0.15
    sharpness: float = 20.0
    averaging: float = 0.99


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


class _Towers(nn.Module):
    def __init__(self, recipe: ShopRecipe, material: Material, n_words: int) -> None:
        super().__init__()
        widths = Recipe(members=1, hidden=recipe.hidden, joint_dim=recipe.dim)
        drop = (recipe.feature_dropout, recipe.image_dropout)
        self.image = TrainedHead(*_evened(material.photos), widths, drop)
        centre, scale = _evened(material.texts.features)
        centre = torch.cat([centre, torch.zeros(recipe.word_dim)])
        scale = torch.cat([scale, torch.ones(recipe.word_dim)])
        self.text = TrainedHead(centre, scale, widths, (0.0, recipe.text_dropout))
        self.words = nn.EmbeddingBag(n_words + 1, recipe.word_dim, mode="sum", padding_idx=0)
        nn.init.normal_(self.words.weight, std=0.05)
        self.words.weight.data[0] = 0.0
        self.sharpness = nn.Parameter(torch.tensor(recipe.sharpness).log())

    def likeness(self, photos: Tensor, texts: Tensor, words: Tensor) -> Tensor:
        """Return texts by photos, sharpened, shape (1, n, n)."""
        own = self.text(torch.cat([texts, self.words(words)], dim=1))
        sharp = self.sharpness.exp().clamp(max=MAX_SHARPNESS)
        likeness: Tensor = own @ self.image(photos).mT * sharp
        return likeness


def fit(material: Material, recipe: ShopRecipe, step: Callable[[int, int], None]) -> Trained:
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
    vocabulary = _vocabulary(lessons, recipe.word_count)
    words = _word_rows(material.texts.worded, vocabulary, recipe.max_words)
    codes = [frozenset(text.code for text in lesson.texts) for lesson in lessons]
    size = min(recipe.batch_size, len(lessons))
    n_batches = len(lessons) // size
    epochs = max(recipe.epochs, -(-recipe.steps // n_batches))
    towers = _Towers(recipe, material, len(vocabulary))
    averaged = copy.deepcopy(towers).eval()
    optimizer, schedule = optimizer_of(
        towers, recipe.learning_rate, recipe.weight_decay, epochs * n_batches
    )
    done = 0
    for epoch in range(epochs):
        for rows in rng.permutation(len(lessons))[: n_batches * size].reshape(n_batches, -1):
            chosen = _drawn([lessons[n] for n in rows], rng, recipe.titles)
            places = material.texts.rows([each.text for each in chosen])
            shown = words[places] * (torch.rand(size, 1) >= recipe.words_hidden)
            taken = (rng.random(size) < recipe.varied)[:, None]
            photos = np.where(taken, material.varied[rows], material.photos[rows])
            texts = torch.from_numpy(material.texts.features[places])
            likeness = towers.likeness(torch.from_numpy(photos), texts, shown)
            loss = contrast(likeness, _matches([codes[n] for n in rows], chosen))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            average_into(averaged, towers, done, recipe.averaging)
            done += 1
        step(epoch + 1, epochs)
    word_rows = averaged.words.weight.detach().numpy()[1:].copy()
    return Trained(
        averaged.image.as_head(),
        averaged.text.as_head(),
        WordTable(vocabulary, word_rows, split_any_words),
    )


def _evened(features: NDArray[np.float32]) -> tuple[Tensor, Tensor]:
    sample = torch.from_numpy(features[:: max(1, len(features) // 4000)]).float()
    spread = sample.std(dim=0)
    return sample.mean(dim=0), 1.0 / (spread + 0.02 * spread.mean() + 1e-6)


def _vocabulary(lessons: Sequence[Lesson], least: int) -> dict[str, int]:
    counts = Counter(
        word
        for lesson in lessons
        for word in {w for each in lesson.texts for w in split_any_words(each.text)}
    )
    kept = sorted(word for word, count in counts.items() if count >= least)
    return {word: place for place, word in enumerate(kept)}


def _word_rows(texts: Sequence[str], vocabulary: dict[str, int], most: int) -> Tensor:
    rows = torch.zeros(len(texts), most, dtype=torch.long)
    for row, text in zip(rows, texts, strict=True):
        known = [vocabulary[word] + 1 for word in split_any_words(text) if word in vocabulary]
        row[: len(known[:most])] = torch.tensor(known[:most], dtype=torch.long)
    return rows


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
