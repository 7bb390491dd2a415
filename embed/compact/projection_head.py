"""Two trained layers from the features of a tower to the joint space."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.arrays import NamedArrays, l2_normalize
from shopwindow.values.encoder import Vectors

MAX_DEVIATION = 6.0
"""Standardised features are cut to this many deviations: foreign photos have outliers."""


@dataclass(frozen=True, slots=True)
class ProjectionHead:
    """Two layers from a tower's features to the joint space, by several members side by side.

    Each member has its own hidden units and its own part of the vector, of equal length: likeness
    is the mean of what the members find, and they err less together than one of them alone.

    Attributes:
        centre: Mean of each feature, shape (width,).
        scale: What a centred feature is multiplied with, shape (width,).
        inner: First layer of all members, shape (width, members * hidden).
        inner_bias: Shape (members * hidden,).
        outer: Second layer, shape (members, hidden, part).
        outer_bias: Shape (members, part).
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    inner: NDArray[np.float32]
    inner_bias: NDArray[np.float32]
    outer: NDArray[np.float32]
    outer_bias: NDArray[np.float32]

    @property
    def dim(self) -> int:
        """Width of the joint part: that of all members."""
        return int(self.outer_bias.size)

    def project(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for features of shape (n, width)."""
        even = np.clip((features - self.centre) * self.scale, -MAX_DEVIATION, MAX_DEVIATION)
        hidden = gelu(even @ self.inner + self.inner_bias)  # (n, members * hidden)
        members = np.split(hidden, len(self.outer), axis=1)
        layers = zip(members, self.outer, self.outer_bias, strict=True)
        parts = [l2_normalize(units @ outer + bias) for units, outer, bias in layers]
        return np.concatenate(parts, axis=1) / np.float32(len(parts) ** 0.5)  # (n, dim)

    def as_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name that begins with this one.

        Returns:
            Numbers in half precision; of the inner layer, which is most of the file, whole steps
            of -127 to 127 with the size of a step for each column.
        """
        step = np.abs(self.inner).max(axis=0).astype(np.float32) / 127.0  # (members * hidden,)
        step = np.maximum(step, np.float32(1e-12))
        plain = {f"{prefix}.{each}": getattr(self, each) for each in self.__slots__}
        return {
            **{each: array.astype(np.float16) for each, array in plain.items()},
            f"{prefix}.inner": np.rint(self.inner / step).astype(np.int8),
            f"{prefix}.inner_step": step,
        }

    @classmethod
    def from_arrays(cls, prefix: str, arrays: NamedArrays) -> "ProjectionHead":
        """Return the head that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        values = {each: arrays[f"{prefix}.{each}"].astype(np.float32) for each in cls.__slots__}
        values["inner"] = values["inner"] * arrays[f"{prefix}.inner_step"]
        head = cls(**values)
        members, hidden, part = head.outer.shape
        fits = (
            head.centre.shape == head.scale.shape == head.inner.shape[:1]
            and head.inner.shape[1:] == head.inner_bias.shape == (members * hidden,)
            and head.outer_bias.shape == (members, part)
        )
        if not fits:
            raise ValueError("heads whose layers do not fit together")
        return head


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x where it is large, 0 where it is very negative, smoothly between.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016), the form with tanh.
    """
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)), dtype=np.float32)
