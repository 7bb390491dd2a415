"""Forward and backward pass of one projection head in numpy.

The arithmetic is that of `embed.compact.projection_head.ProjectionHead`, with dropout.
`tools.train_compact.torch_heads` has the same in torch, and `tests/embed/test_adapt_parity.py`
compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import MAX_DEVIATION, ProjectionHead, gelu
from shopwindow.values import Vectors

FloatArray: TypeAlias = NDArray[np.float32]

ParameterArrays: TypeAlias = Mapping[str, FloatArray]
"""Parameters, or their gradients, by dotted name."""

_MIN_NORM = np.float32(1e-12)
_GELU_LINEAR, _GELU_CUBIC = np.float32(0.7978845608), np.float32(0.044715)
"""sqrt(2 / pi), and the coefficient of x ** 3. Source: Hendrycks and Gimpel (2016), tanh form."""


@dataclass(frozen=True, slots=True)
class DropoutMasks:
    """Factors of the features and hidden units of a batch; 0 drops a value.

    Attributes:
        features: Shape (n, width); None keeps all.
        hidden: Shape (n, hidden_dim); None keeps all.
    """

    features: FloatArray | None = None
    hidden: FloatArray | None = None


NO_DROPOUT = DropoutMasks()


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """The outputs of a head for one batch, with the activations that the backward pass needs.

    Attributes:
        head: The head; it has one member.
        masks: The dropout masks.
        unclipped: Which standardised features were not clipped, shape (n, width).
        standardized: Input of the first layer, shape (n, width).
        pre_activation: Output of the first layer, shape (n, hidden_dim).
        hidden: Input of the second layer, shape (n, hidden_dim).
        norms: Length of the second layer's output, shape (n, 1).
        outputs: Unit rows, shape (n, dim).
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
        """Compute the gradients of the layers, and of the trainable inputs.

        Args:
            output_gradient: Gradient of the loss by `outputs`, shape (n, dim).
            n_trainable_inputs: How many of the features, counted from the last, are trained too.

        Returns:
            Gradients by the layer's name, and by the trainable inputs, shape
            (n, n_trainable_inputs).
        """
        radial = (self.outputs * output_gradient).sum(axis=1, keepdims=True)  # (n, 1)
        by_output = (output_gradient - self.outputs * radial) / self.norms  # (n, dim)
        by_hidden = _apply_mask(by_output @ self.head.output_weights[0].T, self.masks.hidden)
        by_pre_activation = by_hidden * gelu_derivative(self.pre_activation)  # (n, hidden_dim)
        gradients = {
            "hidden_weights": self.standardized.T @ by_pre_activation,
            "hidden_bias": by_pre_activation.sum(axis=0),
            "output_weights": (self.hidden.T @ by_output)[None],
            "output_bias": by_output.sum(axis=0)[None],
        }
        first = self.standardized.shape[1] - n_trainable_inputs
        mask = None if self.masks.features is None else self.masks.features[:, first:]
        by_inputs: FloatArray = np.matmul(by_pre_activation, self.head.hidden_weights[first:].T)
        by_inputs = _apply_mask(by_inputs, mask) * self.unclipped[:, first:]
        return gradients, by_inputs * self.head.scale[first:]


def run_forward(head: ProjectionHead, features: FloatArray, masks: DropoutMasks) -> ForwardPass:
    """Run a batch through a head of one member.

    Args:
        head: The head.
        features: Shape (n, width).
        masks: The dropout masks.

    Returns:
        The outputs, with the activations that the backward pass needs.
    """
    unbounded = (features - head.mean) * head.scale
    unclipped = np.abs(unbounded) <= MAX_DEVIATION
    clipped = np.clip(unbounded, -MAX_DEVIATION, MAX_DEVIATION)
    standardized = _apply_mask(clipped, masks.features)
    pre_activation = standardized @ head.hidden_weights + head.hidden_bias
    hidden = _apply_mask(gelu(pre_activation), masks.hidden)
    output = hidden @ head.output_weights[0] + head.output_bias[0]
    norms = np.maximum(np.linalg.norm(output, axis=1, keepdims=True), _MIN_NORM)
    return ForwardPass(
        head, masks, unclipped, standardized, pre_activation, hidden, norms, output / norms
    )


def gelu_derivative(x: FloatArray) -> FloatArray:
    """Return the derivative of `gelu` at x, of the same shape."""
    tanh = np.tanh(_GELU_LINEAR * (x + _GELU_CUBIC * x * x * x))
    inner_slope = _GELU_LINEAR * (1 + 3 * _GELU_CUBIC * x * x)
    slope = 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * inner_slope
    return np.asarray(slope, dtype=np.float32)


def _apply_mask(values: FloatArray, mask: FloatArray | None) -> FloatArray:
    """Return values times a mask of the same shape, (n, width); None keeps all."""
    return values if mask is None else values * mask
