"""The training loop: photos and texts that belong together attract, others repel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embed.compact.appearance import Look
from embed.compact.heads import Heads
from embed.compact.hubness import fit_hubs
from embed.compact.sentence_part import Meaning
from embed.compact.word_embeddings import WordTable
from tools.train_compact.examples import Examples
from tools.train_compact.hyperparameters import Recipe
from tools.train_compact.optimizer import Descent, contrast
from tools.train_compact.torch_heads import Evening, Towers

Watch = Callable[[int, float, Heads], None]
"""Told the epoch, its loss and the averaged heads after each epoch."""

MEANING_SCALE = 16.0
"""The sentence encoder's unit vectors are stretched to the size of the words' rows."""

_MEANINGS: Evening = (torch.zeros(512), torch.full((512,), MEANING_SCALE))


@dataclass(slots=True)
class Trainer:
    """Trains the heads of one recipe.

    Attributes:
        recipe: Every number.
        copies: Photo features: as they are, then varied, each of shape (n_products, width).
        examples: Texts of the same products.
        look: A part of the heads that is not trained here.
        meaning: Another.
    """

    recipe: Recipe
    copies: Sequence[NDArray[np.float16]]
    examples: Examples
    look: Look
    meaning: Meaning
    _rng: np.random.Generator = field(init=False)

    def fit(self, train: NDArray[np.int64], watch: Watch) -> Heads:
        """Train on some products.

        Args:
            train: Their row numbers.
            watch: Called after each epoch.

        Returns:
            The averaged heads.
        """
        recipe = self.recipe
        torch.manual_seed(recipe.seed)
        self._rng = np.random.default_rng(recipe.seed)
        photos = _evening(self.copies[0][train[::4]])
        towers = Towers(recipe, photos, _MEANINGS, len(self.examples.vocabulary))
        n_batches = len(train) // recipe.batch_size
        descent = Descent(towers, recipe, recipe.epochs * n_batches)
        for epoch in range(1, recipe.epochs + 1):
            losses: list[float] = []
            for rows in self._rng.permutation(train)[: n_batches * recipe.batch_size].reshape(
                n_batches, -1
            ):
                loss = self._loss(towers, rows)
                descent.step(loss)
                losses.append(loss.item())
            heads = self._heads(descent.averaged, train)
            watch(epoch, float(np.mean(losses)), heads)
        return heads

    def _loss(self, towers: Towers, rows: NDArray[np.int64]) -> Tensor:
        batch = self.examples.draw(rows.tolist(), self._rng)
        with torch.autocast("cpu", torch.bfloat16):
            photos = towers.image(self._photos(rows))  # (members, n, part)
            texts = towers.encode_texts(batch.meanings, batch.words)  # (members, n, part)
        return contrast(texts @ photos.mT * towers.sharp(), batch.matches)

    def _photos(self, rows: NDArray[np.int64]) -> Tensor:
        varied = self._rng.random(len(rows)) < self.recipe.varied
        source = np.where(varied, self._rng.integers(1, len(self.copies), len(rows)), 0)
        features = self.copies[0][rows]  # (n, width), a copy
        for number in range(1, len(self.copies)):
            features[source == number] = self.copies[number][rows[source == number]]
        return torch.from_numpy(features)

    def _heads(self, towers: Towers, train: NDArray[np.int64]) -> Heads:
        text = towers.text.as_head()
        words = WordTable(self.examples.vocabulary, towers.words.as_rows())
        meanings, titles = self.examples.titles(train.tolist())
        joints = text.project(np.concatenate([meanings, words.features(titles)], axis=1))
        image = towers.image.as_head()
        photos = image.project(self.copies[0][train[::10]].astype(np.float32))
        return Heads(
            image=image,
            text=text,
            words=words,
            hubs=fit_hubs(joints, photos, self.recipe.hub_weight),
            look=self.look,
            meaning=self.meaning,
            joint_weight=self.recipe.joint_weight,
        )


def _evening(photos: NDArray[np.float16]) -> Evening:
    sample = torch.from_numpy(photos).float()
    return sample.mean(dim=0), 1.0 / (sample.std(dim=0) + 1e-3)
