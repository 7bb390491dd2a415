"""AdamW with a one-cycle schedule and averaged weights, in numpy.

`tools.train_compact.optimizer` is the same in torch; the tests compare the two.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from embed.finetuning.head_gradients import FloatArray, ParameterArrays
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.trainable_heads import LOGIT_SCALE, AdapterTowers

LOGIT_SCALE_LR_MULTIPLIER = 5.0
"""Learning rate of the logit scale, as a multiple of that of the other weights."""

WARMUP_FRACTION = 0.1
"""Share of the steps in which the learning rate rises; then it falls."""

INITIAL_LR_FACTOR, FINAL_LR_FACTOR = 1 / 25, 1 / 25e4
"""Learning rate at the first step and after the last, as shares of the peak."""

MOMENTUM_RANGE = (0.95, 0.85)
"""At the smallest and at the largest learning rate.

Source of the four: Smith and Topin, Super-Convergence (2018), as torch's `OneCycleLR` has them.
"""

ADAM_BETA2, ADAM_EPSILON = 0.999, 1e-8
"""Source: Kingma and Ba, Adam (2015), section 2."""


@dataclass(frozen=True, slots=True)
class OneCycleStep:
    """Learning rate and momentum of one step.

    Attributes:
        lr_factor: Learning rate as a share of the peak.
        momentum: First-moment decay, AdamW's beta1.
    """

    lr_factor: float
    momentum: float


def compute_one_cycle_step(step: int, n_steps: int) -> OneCycleStep:
    """Return the schedule at a step: one cycle of rising and falling, both along a cosine.

    Args:
        step: From 0.
        n_steps: Total number of steps.
    """
    peak_step = WARMUP_FRACTION * (n_steps + 1) - 1
    edge_momentum, peak_momentum = MOMENTUM_RANGE
    if step <= peak_step:
        progress = step / peak_step
        return OneCycleStep(
            _interpolate_cosine(INITIAL_LR_FACTOR, 1.0, progress),
            _interpolate_cosine(edge_momentum, peak_momentum, progress),
        )
    progress = (step - peak_step) / (n_steps - peak_step)
    return OneCycleStep(
        _interpolate_cosine(1.0, FINAL_LR_FACTOR, progress),
        _interpolate_cosine(peak_momentum, edge_momentum, progress),
    )


def _interpolate_cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * progress))


@dataclass(slots=True)
class NumpyOptimizer:
    """AdamW with a one-cycle schedule; the logit scale learns faster and is not decayed.

    Attributes:
        towers: The weights that are trained, in place.
        hyperparameters: Learning rate, weight decay and averaging.
        n_steps: Total number of steps.
        ema_towers: Exponential moving average of the weights, which is the result.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2.
    """

    towers: AdapterTowers
    hyperparameters: Hyperparameters
    n_steps: int
    ema_towers: AdapterTowers = field(init=False)
    _first_moments: dict[str, FloatArray] = field(init=False)
    _second_moments: dict[str, FloatArray] = field(init=False)
    _n_steps_done: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.ema_towers = self.towers.copy()
        parameters = self.towers.get_parameters()
        self._first_moments = {name: np.zeros_like(value) for name, value in parameters.items()}
        self._second_moments = {name: np.zeros_like(value) for name, value in parameters.items()}

    def step(self, gradients: ParameterArrays) -> None:
        """Update the weights by one step against these gradients, and their average."""
        schedule = compute_one_cycle_step(self._n_steps_done, self.n_steps)
        for name, weight in self.towers.get_parameters().items():
            self._update(name, weight, gradients[name], schedule)
        self._update_average()
        self._n_steps_done += 1

    def _update(
        self, name: str, weight: FloatArray, gradient: FloatArray, schedule: OneCycleStep
    ) -> None:
        """Update one weight array in place, against its gradient of the same shape."""
        is_logit_scale = name == LOGIT_SCALE
        learning_rate = (
            schedule.lr_factor
            * self.hyperparameters.learning_rate
            * (LOGIT_SCALE_LR_MULTIPLIER if is_logit_scale else 1.0)
        )
        first_moment, second_moment = self._first_moments[name], self._second_moments[name]
        first_moment += np.float32(1 - schedule.momentum) * (gradient - first_moment)
        second_moment *= np.float32(ADAM_BETA2)
        second_moment += np.float32(1 - ADAM_BETA2) * gradient * gradient
        step_number = self._n_steps_done + 1
        size = np.float32(learning_rate / (1 - schedule.momentum**step_number))
        root = np.sqrt(second_moment) / np.float32(math.sqrt(1 - ADAM_BETA2**step_number))
        if not is_logit_scale:
            weight *= np.float32(1 - learning_rate * self.hyperparameters.weight_decay)
        weight -= size * first_moment / (root + np.float32(ADAM_EPSILON))

    def _update_average(self) -> None:
        """Move the averaged weights towards the trained ones, faster in early steps."""
        rate = 1.0 - min(
            self.hyperparameters.ema_decay, (1 + self._n_steps_done) / (10 + self._n_steps_done)
        )
        trained = self.towers.get_parameters()
        for name, average in self.ema_towers.get_parameters().items():
            average += np.float32(rate) * (trained[name] - average)
