"""One head while it is trained: its answer to a batch, and the way back from a loss to its layers.

The arithmetic is that of `embed.compact.projection_head.Head`, with dropout. `tools.train_compact.torch_heads` has the
same on torch, and `tests/embed/test_adapt_parity.py` holds one to the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import CLIP, Head, gelu
from shopwindow.values.encoder import Vectors

Rows: TypeAlias = NDArray[np.float32]

Weights: TypeAlias = Mapping[str, Rows]
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

    features: Rows | None = None
    hidden: Rows | None = None


KEEP_ALL = DropoutMasks()


@dataclass(frozen=True, slots=True)
class HeadPass:
    """What a head made of one batch, with what the way back needs.

    Attributes:
        head: The head; it has one member.
        masks: What was left out.
        inside: Which evened features were not cut, shape (n, width).
        even: The features that entered the first layer, shape (n, width).
        inner: What the first layer gave, shape (n, hidden).
        hidden: What entered the second layer, shape (n, hidden).
        lengths: Length of what the second layer gave, shape (n, 1).
        rows: The answer: unit rows, shape (n, dim).
    """

    head: Head
    masks: DropoutMasks
    inside: NDArray[np.bool_]
    even: Rows
    inner: Rows
    hidden: Rows
    lengths: Rows
    rows: Vectors

    def gradients(self, of_rows: Rows, n_last: int = 0) -> tuple[dict[str, Rows], Rows]:
        """Return the gradient of each layer, and that of the last features.

        Args:
            of_rows: Gradient of the loss with respect to the answer, shape (n, dim).
            n_last: How many of the features, counted from the last, are trained too.

        Returns:
            Gradients by the layer's name, and of these features, shape (n, n_last).
        """
        along = (self.rows * of_rows).sum(axis=1, keepdims=True)
        of_outer = (of_rows - self.rows * along) / self.lengths  # (n, dim)
        of_hidden = _masked(of_outer @ self.head.outer[0].T, self.masks.hidden)
        of_inner = of_hidden * gelu_slope(self.inner)  # (n, hidden)
        layers = {
            "inner": self.even.T @ of_inner,
            "inner_bias": of_inner.sum(axis=0),
            "outer": (self.hidden.T @ of_outer)[None],
            "outer_bias": of_outer.sum(axis=0)[None],
        }
        first = self.even.shape[1] - n_last
        mask = None if self.masks.features is None else self.masks.features[:, first:]
        back: Rows = np.matmul(of_inner, self.head.inner[first:].T)  # (n, n_last)
        return layers, _masked(back, mask) * self.inside[:, first:] * self.head.scale[first:]


def pass_through(head: Head, features: Rows, masks: DropoutMasks) -> HeadPass:
    """Send a batch through a head of one member.

    Args:
        head: The head.
        features: Shape (n, width).
        masks: What is left out.

    Returns:
        The answer, with what the way back needs.
    """
    whole = (features - head.centre) * head.scale
    inside = np.abs(whole) <= CLIP
    even = _masked(np.clip(whole, -CLIP, CLIP), masks.features)
    inner = even @ head.inner + head.inner_bias
    hidden = _masked(gelu(inner), masks.hidden)
    outer = hidden @ head.outer[0] + head.outer_bias[0]
    lengths = np.maximum(np.linalg.norm(outer, axis=1, keepdims=True), _LEAST_LENGTH)
    return HeadPass(head, masks, inside, even, inner, hidden, lengths, outer / lengths)


def gelu_slope(x: Rows) -> Rows:
    """Return the slope of `gelu` at x, of the same shape."""
    bent = np.tanh(_LINEAR * (x + _CUBIC * x * x * x))
    steep = _LINEAR * (1 + 3 * _CUBIC * x * x)
    return np.asarray(0.5 * (1 + bent) + 0.5 * x * (1 - bent * bent) * steep, dtype=np.float32)


def _masked(values: Rows, mask: Rows | None) -> Rows:
    return values if mask is None else values * mask
