"""A trained two-layer network from a tower's features to the joint space."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import NamedArrays, Vectors, l2_normalize

MAX_DEVIATION = 6.0
"""Standardised features are clipped to this many deviations: out-of-domain photos have outliers."""

_STORED_NAMES = {
    "mean": "centre",
    "scale": "scale",
    "hidden_weights": "inner",
    "hidden_bias": "inner_bias",
    "output_weights": "outer",
    "output_bias": "outer_bias",
}
"""Names of the fields in weights files."""


@dataclass(frozen=True, slots=True)
class ProjectionHead:
    """A two-layer network from a tower's features to the joint space, an ensemble of equal members.

    Each member has its own hidden units and its own part of the vector, all of equal length: the
    similarity of two vectors is the mean of the members' similarities, which errs less than one
    member's alone.

    Attributes:
        mean: Mean of each feature, shape (width,).
        scale: Factor of each centred feature, shape (width,).
        hidden_weights: First layer of all members, shape (width, n_members * hidden_dim).
        hidden_bias: Shape (n_members * hidden_dim,).
        output_weights: Second layer, shape (n_members, hidden_dim, member_dim).
        output_bias: Shape (n_members, member_dim).
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    hidden_weights: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output_weights: NDArray[np.float32]
    output_bias: NDArray[np.float32]

    @property
    def dim(self) -> int:
        """Width of the output: n_members * member_dim."""
        return int(self.output_bias.size)

    def project(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for features of shape (n, width)."""
        standardized = np.clip((features - self.mean) * self.scale, -MAX_DEVIATION, MAX_DEVIATION)
        hidden = gelu(standardized @ self.hidden_weights + self.hidden_bias)
        members = np.split(hidden, len(self.output_weights), axis=1)  # of (n, hidden_dim)
        layers = zip(members, self.output_weights, self.output_bias, strict=True)
        outputs = [l2_normalize(units @ weights + bias) for units, weights, bias in layers]
        return np.concatenate(outputs, axis=1) / np.float32(len(outputs) ** 0.5)  # (n, dim)

    def as_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return every array under its stored name, "PREFIX.NAME".

        Returns:
            Arrays in half precision, each of its attribute's shape; the hidden weights, most of the
            file, are quantized to int8 with a step for each column, float32, shape
            (n_members * hidden_dim,).
        """
        step = np.abs(self.hidden_weights).max(axis=0).astype(np.float32) / 127.0
        step = np.maximum(step, np.float32(1e-12))  # (n_members * hidden_dim,)
        return {
            **{
                f"{prefix}.{key}": getattr(self, field).astype(np.float16)
                for field, key in _STORED_NAMES.items()
            },
            f"{prefix}.inner": np.rint(self.hidden_weights / step).astype(np.int8),
            f"{prefix}.inner_step": step,
        }

    @classmethod
    def from_arrays(cls, prefix: str, arrays: NamedArrays) -> "ProjectionHead":
        """Return the head whose arrays `as_arrays` gave.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        fields = {
            field: arrays[f"{prefix}.{key}"].astype(np.float32)
            for field, key in _STORED_NAMES.items()
        }
        fields["hidden_weights"] = fields["hidden_weights"] * arrays[f"{prefix}.inner_step"]
        head = cls(**fields)
        n_members, hidden_dim, member_dim = head.output_weights.shape
        n_units = n_members * hidden_dim
        is_consistent = (
            head.mean.shape == head.scale.shape == head.hidden_weights.shape[:1]
            and head.hidden_weights.shape[1:] == head.hidden_bias.shape == (n_units,)
            and head.output_bias.shape == (n_members, member_dim)
        )
        if not is_consistent:
            raise ValueError(f"layers of head {prefix!r} do not fit together")
        return head


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the Gaussian error linear unit of x, in its tanh approximation, of the same shape.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016).
    """
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)), dtype=np.float32)
