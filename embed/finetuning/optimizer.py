"""One training step after the other: the optimiser, its rate, and the averaged weights.

The same on torch, which the tests hold this to, is `tools.train_compact.optimizer`.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from embed.finetuning.head_gradients import Rows, Weights
from embed.finetuning.trainable_heads import SHARPNESS, ShopTowers
from tools.train_compact.hyperparameters import Recipe

SHARPNESS_HASTE = 5.0
"""How many times faster than the weights the sharpness is learned."""

RISE = 0.1
"""Share of the steps in which the rate rises; then it falls."""

FIRST_SHARE, LAST_SHARE = 1 / 25, 1 / 25e4
"""The rate before the first step and after the last, as shares of the largest."""

MOMENTUM = (0.95, 0.85)
"""At the smallest and at the largest rate.

Source of the four: Smith and Topin, Super-Convergence (2018), as torch's `OneCycleLR` has them.
"""

SQUARES_KEPT, TINY = 0.999, 1e-8
"""Source: Kingma and Ba, Adam (2015), section 2."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a step goes.

    Attributes:
        rate: Step size as a share of the largest.
        momentum: Share of the former direction that is kept.
    """

    rate: float
    momentum: float


def pace_at(step: int, n_steps: int) -> Pace:
    """Return the pace of a step: one cycle of rising and falling, both along a cosine.

    Args:
        step: From 0.
        n_steps: Steps in all.
    """
    top = RISE * (n_steps + 1) - 1
    slow, fast = MOMENTUM
    if step <= top:
        way = step / top
        return Pace(_between(FIRST_SHARE, 1.0, way), _between(slow, fast, way))
    way = (step - top) / (n_steps - top)
    return Pace(_between(1.0, LAST_SHARE, way), _between(fast, slow, way))


def _between(start: float, end: float, way: float) -> float:
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * way))


@dataclass(slots=True)
class Descent:
    """AdamW with one cycle of its rate; the sharpness learns faster and is not pulled to zero.

    Attributes:
        towers: What is trained, in place.
        recipe: Rate, decay and averaging.
        n_steps: Steps in all.
        averaged: Follows the trained weights slowly; it is what is kept.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2.
    """

    towers: ShopTowers
    recipe: Recipe
    n_steps: int
    averaged: ShopTowers = field(init=False)
    _means: dict[str, Rows] = field(init=False)
    _squares: dict[str, Rows] = field(init=False)
    _n_done: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.averaged = self.towers.copy()
        weights = self.towers.weights()
        self._means = {name: np.zeros_like(each) for name, each in weights.items()}
        self._squares = {name: np.zeros_like(each) for name, each in weights.items()}

    def step(self, gradients: Weights) -> None:
        """Take one step against these gradients."""
        pace = pace_at(self._n_done, self.n_steps)
        for name, weight in self.towers.weights().items():
            self._move(name, weight, gradients[name], pace)
        self._average()
        self._n_done += 1

    def _move(self, name: str, weight: Rows, gradient: Rows, pace: Pace) -> None:
        free = name == SHARPNESS
        rate = pace.rate * self.recipe.learning_rate * (SHARPNESS_HASTE if free else 1.0)
        mean, square = self._means[name], self._squares[name]
        mean += np.float32(1 - pace.momentum) * (gradient - mean)
        square *= np.float32(SQUARES_KEPT)
        square += np.float32(1 - SQUARES_KEPT) * gradient * gradient
        n_steps = self._n_done + 1
        size = np.float32(rate / (1 - pace.momentum**n_steps))
        root = np.sqrt(square) / np.float32(math.sqrt(1 - SQUARES_KEPT**n_steps))
        if not free:
            weight *= np.float32(1 - rate * self.recipe.weight_decay)
        weight -= size * mean / (root + np.float32(TINY))

    def _average(self) -> None:
        """Move the averaged weights towards the trained ones, faster in the first steps."""
        share = 1.0 - min(self.recipe.averaging, (1 + self._n_done) / (10 + self._n_done))
        trained = self.towers.weights()
        for name, old in self.averaged.weights().items():
            old += np.float32(share) * (trained[name] - old)
