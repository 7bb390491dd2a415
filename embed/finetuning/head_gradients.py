"""One head while it is trained: its answer to a batch, and the way back from a loss to its layers.

The arithmetic is that of `embed.compact.projection_head.ProjectionHead`, with dropout. `tools.train_compact.torch_heads` has the
same on torch, and `tests/embed/test_adapt_parity.py` holds one to the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import MAX_DEVIATION, ProjectionHead, gelu
from shopwindow.values.encoder import Vectors

FloatArray: TypeAlias = NDArray[np.float32]

ParameterArrays: TypeAlias = Mapping[str, FloatArray]
"""Arrays by dotted name: what is trained, or the gradient of each."""

_LEAST_LENGTH = np.float32(1e-12)
_LINEAR, _CUBIC = np.float32(0.7978845608), np.float32(0.044715)
"""sqrt(2 / pi), and the weight of the cube. Source: Hendrycks and Gimpel (2016), form with tanh."""


@dataclass(frozen=True, slots=True)
class DropoutMasks:
    """What each feature and each hidden unit of a batch is multiplied with; 0 leaves it out.

    Attributes:
        features: Shape (n, width); None keeps all.
        hidden: Shape (n, hidden); None keeps all.
    """

    features: FloatArray | None = None
    hidden: FloatArray | None = None


NO_DROPOUT = DropoutMasks()


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """What a head made of one batch, with what the way back needs.

    Attributes:
        head: The head; it has one member.
        masks: What was left out.
        unclipped: Which evened features were not cut, shape (n, width).
        standardized: The features that entered the first layer, shape (n, width).
        pre_activation: What the first layer gave, shape (n, hidden).
        hidden: What entered the second layer, shape (n, hidden).
        norms: Length of what the second layer gave, shape (n, 1).
        outputs: The answer: unit rows, shape (n, dim).
    """

    head: ProjectionHead
    masks: DropoutMasks
    unclipped: NDArray[np.bool_]
    standardized: FloatArray
    pre_activation: FloatArray
    hidden: FloatArray
    norms: FloatArray
    outputs: Vectors

    def backward(
        self, output_gradient: FloatArray, n_trainable_inputs: int = 0
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Return the gradient of each layer, and that of the last features.

        Args:
            output_gradient: Gradient of the loss with respect to the answer, shape (n, dim).
            n_trainable_inputs: How many of the features, counted from the last, are trained too.

        Returns:
            Gradients by the layer's name, and of these features, shape (n, n_last).
        """
        along = (self.outputs * output_gradient).sum(axis=1, keepdims=True)
        of_outer = (output_gradient - self.outputs * along) / self.norms  # (n, dim)
        of_hidden = _masked(of_outer @ self.head.outer[0].T, self.masks.hidden)
        of_inner = of_hidden * gelu_derivative(self.pre_activation)  # (n, hidden)
        layers = {
            "inner": self.standardized.T @ of_inner,
            "inner_bias": of_inner.sum(axis=0),
            "outer": (self.hidden.T @ of_outer)[None],
            "outer_bias": of_outer.sum(axis=0)[None],
        }
        first = self.standardized.shape[1] - n_trainable_inputs
        mask = None if self.masks.features is None else self.masks.features[:, first:]
        back: FloatArray = np.matmul(of_inner, self.head.inner[first:].T)  # (n, n_last)
        return layers, _masked(back, mask) * self.unclipped[:, first:] * self.head.scale[first:]


def run_forward(head: ProjectionHead, features: FloatArray, masks: DropoutMasks) -> ForwardPass:
    """Send a batch through a head of one member.

    Args:
        head: The head.
        features: Shape (n, width).
        masks: What is left out.

    Returns:
        The answer, with what the way back needs.
    """
    whole = (features - head.centre) * head.scale
    inside = np.abs(whole) <= MAX_DEVIATION
    even = _masked(np.clip(whole, -MAX_DEVIATION, MAX_DEVIATION), masks.features)
    inner = even @ head.inner + head.inner_bias
    hidden = _masked(gelu(inner), masks.hidden)
    outer = hidden @ head.outer[0] + head.outer_bias[0]
    lengths = np.maximum(np.linalg.norm(outer, axis=1, keepdims=True), _LEAST_LENGTH)
    return ForwardPass(head, masks, inside, even, inner, hidden, lengths, outer / lengths)


def gelu_derivative(x: FloatArray) -> FloatArray:
    """Return the slope of `gelu` at x, of the same shape."""
    bent = np.tanh(_LINEAR * (x + _CUBIC * x * x * x))
    steep = _LINEAR * (1 + 3 * _CUBIC * x * x)
    return np.asarray(0.5 * (1 + bent) + 0.5 * x * (1 - bent * bent) * steep, dtype=np.float32)


def _masked(values: FloatArray, mask: FloatArray | None) -> FloatArray:
    return values if mask is None else values * mask
