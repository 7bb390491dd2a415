"""One training step after the other: the optimiser, its rate, and the averaged weights.

The same on torch, which the tests hold this to, is `tools.train_compact.optimizer`.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from embed.finetuning.head_gradients import FloatArray, ParameterArrays
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.trainable_heads import LOGIT_SCALE, AdapterTowers

LOGIT_SCALE_LR_MULTIPLIER = 5.0
"""How many times faster than the weights the sharpness is learned."""

WARMUP_FRACTION = 0.1
"""Share of the steps in which the rate rises; then it falls."""

INITIAL_LR_FACTOR, FINAL_LR_FACTOR = 1 / 25, 1 / 25e4
"""The rate before the first step and after the last, as shares of the largest."""

MOMENTUM_RANGE = (0.95, 0.85)
"""At the smallest and at the largest rate.

Source of the four: Smith and Topin, Super-Convergence (2018), as torch's `OneCycleLR` has them.
"""

ADAM_BETA2, ADAM_EPSILON = 0.999, 1e-8
"""Source: Kingma and Ba, Adam (2015), section 2."""


@dataclass(frozen=True, slots=True)
class OneCycleStep:
    """How far a step goes.

    Attributes:
        lr_factor: Step size as a share of the largest.
        momentum: Share of the former direction that is kept.
    """

    lr_factor: float
    momentum: float


def compute_one_cycle_step(step: int, n_steps: int) -> OneCycleStep:
    """Return the pace of a step: one cycle of rising and falling, both along a cosine.

    Args:
        step: From 0.
        n_steps: Steps in all.
    """
    top = WARMUP_FRACTION * (n_steps + 1) - 1
    slow, fast = MOMENTUM_RANGE
    if step <= top:
        way = step / top
        return OneCycleStep(_between(INITIAL_LR_FACTOR, 1.0, way), _between(slow, fast, way))
    way = (step - top) / (n_steps - top)
    return OneCycleStep(_between(1.0, FINAL_LR_FACTOR, way), _between(fast, slow, way))


def _between(start: float, end: float, way: float) -> float:
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * way))


@dataclass(slots=True)
class NumpyOptimizer:
    """AdamW with one cycle of its rate; the sharpness learns faster and is not pulled to zero.

    Attributes:
        towers: What is trained, in place.
        hyperparameters: Rate, decay and averaging.
        n_steps: Steps in all.
        ema_towers: Follows the trained weights slowly; it is what is kept.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2.
    """

    towers: AdapterTowers
    hyperparameters: Hyperparameters
    n_steps: int
    ema_towers: AdapterTowers = field(init=False)
    _means: dict[str, FloatArray] = field(init=False)
    _squares: dict[str, FloatArray] = field(init=False)
    _n_done: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.ema_towers = self.towers.copy()
        weights = self.towers.get_parameters()
        self._means = {name: np.zeros_like(each) for name, each in weights.items()}
        self._squares = {name: np.zeros_like(each) for name, each in weights.items()}

    def step(self, gradients: ParameterArrays) -> None:
        """Take one step against these gradients."""
        pace = compute_one_cycle_step(self._n_done, self.n_steps)
        for name, weight in self.towers.get_parameters().items():
            self._move(name, weight, gradients[name], pace)
        self._average()
        self._n_done += 1

    def _move(
        self, name: str, weight: FloatArray, gradient: FloatArray, pace: OneCycleStep
    ) -> None:
        free = name == LOGIT_SCALE
        rate = (
            pace.lr_factor
            * self.hyperparameters.learning_rate
            * (LOGIT_SCALE_LR_MULTIPLIER if free else 1.0)
        )
        mean, square = self._means[name], self._squares[name]
        mean += np.float32(1 - pace.momentum) * (gradient - mean)
        square *= np.float32(ADAM_BETA2)
        square += np.float32(1 - ADAM_BETA2) * gradient * gradient
        n_steps = self._n_done + 1
        size = np.float32(rate / (1 - pace.momentum**n_steps))
        root = np.sqrt(square) / np.float32(math.sqrt(1 - ADAM_BETA2**n_steps))
        if not free:
            weight *= np.float32(1 - rate * self.hyperparameters.weight_decay)
        weight -= size * mean / (root + np.float32(ADAM_EPSILON))

    def _average(self) -> None:
        """Move the averaged weights towards the trained ones, faster in the first steps."""
        share = 1.0 - min(self.hyperparameters.ema_decay, (1 + self._n_done) / (10 + self._n_done))
        trained = self.towers.get_parameters()
        for name, old in self.ema_towers.get_parameters().items():
            old += np.float32(share) * (trained[name] - old)
