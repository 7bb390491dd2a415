"""The training loop: photos and texts that belong together attract, others repel."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embed.compact_heads import Heads, Look
from embed.compact_words import WordTable
from embed.training.examples import Examples
from embed.training.modules import Towers
from embed.training.recipe import Recipe

Watch = Callable[[int, float, Heads], None]
"""Told the epoch, its loss and the averaged heads after each epoch."""

MAX_SHARPNESS = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: sharper than this is unstable."""


@dataclass(slots=True)
class Trainer:
    """Trains the heads of one recipe.

    Attributes:
        recipe: Every number.
        copies: Photo features: as they are, then varied, each of shape (n_products, width).
        examples: Texts of the same products.
        look: The part of the heads that is not trained here.
    """

    recipe: Recipe
    copies: Sequence[NDArray[np.float16]]
    examples: Examples
    look: Look
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
        towers = Towers(recipe, self.copies[0][train[::4]], len(self.examples.vocabulary))
        averaged = copy.deepcopy(towers).eval()
        n_batches = len(train) // recipe.batch_size
        n_steps = recipe.epochs * n_batches
        optimizer, schedule = optimizer_of(
            towers, recipe.learning_rate, recipe.weight_decay, n_steps
        )
        for epoch in range(recipe.epochs):
            losses: list[float] = []
            for rows in self._rng.permutation(train)[: n_batches * recipe.batch_size].reshape(
                n_batches, -1
            ):
                loss = self._loss(towers, rows)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                average_into(averaged, towers, epoch * n_batches + len(losses), recipe.averaging)
                losses.append(loss.item())
            watch(epoch + 1, float(np.mean(losses)), self._heads(averaged))
        return self._heads(averaged)

    def _loss(self, towers: Towers, rows: NDArray[np.int64]) -> Tensor:
        batch = self.examples.draw(rows.tolist(), self._rng)
        with torch.autocast("cpu", torch.bfloat16):
            photos = towers.image(self._photos(rows))  # (members, n, part)
            texts = towers.encode_texts(batch.meanings, batch.words)  # (members, n, part)
        sharpness = towers.sharpness.exp().clamp(max=MAX_SHARPNESS)
        return contrast(texts @ photos.mT * sharpness, batch.matches)

    def _photos(self, rows: NDArray[np.int64]) -> Tensor:
        varied = self._rng.random(len(rows)) < self.recipe.varied
        source = np.where(varied, self._rng.integers(1, len(self.copies), len(rows)), 0)
        features = self.copies[0][rows]  # (n, width), a copy
        for number in range(1, len(self.copies)):
            features[source == number] = self.copies[number][rows[source == number]]
        return torch.from_numpy(features)

    def _heads(self, towers: Towers) -> Heads:
        rows = towers.words.weight.detach().numpy()[1:].copy()
        return Heads(
            image=towers.image.as_head(),
            text=towers.text.as_head(),
            words=WordTable(self.examples.vocabulary, rows),
            look=self.look,
            joint_weight=self.recipe.joint_weight,
        )


def contrast(likeness: Tensor, matches: Tensor) -> Tensor:
    """Return the loss of likeness that does not follow the matches, in both directions.

    Cross-entropy from each text to the photos it is true of, in equal shares, and from each photo
    to its true texts.

    Args:
        likeness: Texts by photos as each member sees them, shape (members, n, n).
        matches: 1 where the text of the row is true of the photo of the column, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    to_photos = functional.log_softmax(likeness, dim=2) * matches / matches.sum(1, keepdim=True)
    to_texts = functional.log_softmax(likeness, dim=1) * matches / matches.sum(0, keepdim=True)
    return -(to_photos.sum(2).mean() + to_texts.sum(1).mean())


def optimizer_of(
    towers: nn.Module, rate: float, weight_decay: float, n_steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return AdamW and its rate over a training; the parameter `sharpness` learns faster."""
    named = dict(towers.named_parameters())
    sharpness = named.pop("sharpness")
    groups = [
        {"params": list(named.values()), "weight_decay": weight_decay},
        {"params": [sharpness], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, 5 * rate], total_steps=n_steps + 1, pct_start=0.1
    )
    return optimizer, schedule


@torch.no_grad()
def average_into(averaged: nn.Module, towers: nn.Module, step: int, slowness: float) -> None:
    """Move the averaged weights towards the trained ones, faster in the first steps."""
    share = 1.0 - min(slowness, (1 + step) / (10 + step))
    for old, new in zip(averaged.parameters(), towers.parameters(), strict=True):
        old.lerp_(new, share)
