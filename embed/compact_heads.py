"""The trained part: projection heads that bring the two frozen towers into one space."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.arrays import unit_rows
from core.encoder import Vectors
from embed.compact_colours import SHADES
from embed.compact_hubs import WIDTH as HUB_WIDTH
from embed.compact_hubs import Hubs
from embed.compact_tower import LAST
from embed.compact_words import WordTable

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by name."""

CLIP = 6.0
"""Standardised features are cut to this many deviations: foreign photos have outliers."""

SHARES = SHADES**3
"""Shares of shades among the features, followed by one number that is none."""

VIEW = 2 * LAST + SHARES
"""Width of a view, which the look is made from."""

VIEW_WEIGHTS = (1.0, 0.5, 0.2)
"""Weights of means, maxima and colours in a view. Source: tries written down in the model card."""


@dataclass(frozen=True, slots=True)
class Head:
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
        even = np.clip((features - self.centre) * self.scale, -CLIP, CLIP)
        hidden = gelu(even @ self.inner + self.inner_bias)  # (n, members * hidden)
        members = np.split(hidden, len(self.outer), axis=1)
        layers = zip(members, self.outer, self.outer_bias, strict=True)
        parts = [unit_rows(units @ outer + bias) for units, outer, bias in layers]
        return np.concatenate(parts, axis=1) / np.float32(len(parts) ** 0.5)  # (n, dim)

    def as_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name that begins with this one.

        Returns:
            Numbers in half precision; of the inner layer, which is most of the file, whole steps
            of -127 to 127 with the size of a step for each column.
        """
        step = np.abs(self.inner).max(axis=0).astype(np.float32) / 127.0  # (members * hidden,)
        step = np.maximum(step, np.float32(1e-12))
        plain = {f"{name}.{each}": getattr(self, each) for each in self.__slots__}
        return {
            **{each: array.astype(np.float16) for each, array in plain.items()},
            f"{name}.inner": np.rint(self.inner / step).astype(np.int8),
            f"{name}.inner_step": step,
        }

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> "Head":
        """Return the head that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        values = {each: arrays[f"{name}.{each}"].astype(np.float32) for each in cls.__slots__}
        values["inner"] = values["inner"] * arrays[f"{name}.inner_step"]
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


@dataclass(frozen=True, slots=True)
class Look:
    """One linear layer that keeps what the backbone itself sees, in fewer numbers.

    Attributes:
        centre: Mean of the views, shape (VIEW,).
        matrix: Shape (VIEW, dim).
    """

    centre: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def project(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        return unit_rows((view(features) - self.centre) @ self.matrix)


@dataclass(frozen=True, slots=True)
class Heads:
    """Everything trained, and how the parts of a vector are weighed.

    A photo's vector is its joint part and its look; a text's vector is its joint part and zeros.
    Text to photo is thus ranked by the joint part alone, photo to photo by both.

    Attributes:
        image: From the image tower's features.
        text: From the text tower's vectors and the words' rows.
        words: Rows of the words that the training titles used.
        hubs: What is taken off photos that lie near too many texts.
        look: From the image tower's last layer and the photo's colours.
        joint_weight: Share of the joint part in photo-to-photo likeness, 0 to 1.
    """

    image: Head
    text: Head
    words: WordTable
    hubs: Hubs
    look: Look
    joint_weight: float

    @property
    def joint_dim(self) -> int:
        """Width of the joint part, which texts have too."""
        return self.image.dim + HUB_WIDTH

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.joint_dim + int(self.look.matrix.shape[1])

    def image_vectors(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        parts = self.hubs.photo_parts(self.image.project(features))
        joint = parts * np.float32(self.joint_weight**0.5)
        look = self.look.project(features) * np.float32((1.0 - self.joint_weight) ** 0.5)
        return unit_rows(np.concatenate([joint, look], axis=1))

    def text_vectors(self, meanings: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape (n, dim), for texts and the text tower's vectors of them."""
        features = np.concatenate([meanings, self.words.features(texts)], axis=1)
        joint = self.hubs.text_parts(self.text.project(features))
        blank = np.zeros((len(joint), self.look.matrix.shape[1]), dtype=np.float32)
        return np.concatenate([joint, blank], axis=1)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        look = {f"look.{n}": getattr(self.look, n).astype(np.float16) for n in Look.__slots__}
        return {
            **self.words.as_arrays(),
            **self.image.as_arrays("image"),
            **self.text.as_arrays("text"),
            **self.hubs.as_arrays(),
            **look,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, joint_weight: float) -> "Heads":
        """Return the heads that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image=Head.from_arrays("image", arrays),
            text=Head.from_arrays("text", arrays),
            words=WordTable.from_arrays(arrays),
            hubs=Hubs.from_arrays(arrays),
            look=Look(**{n: arrays[f"look.{n}"].astype(np.float32) for n in Look.__slots__}),
            joint_weight=joint_weight,
        )
        _check(heads)
        return heads


def view(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the roots of the last layer's means and of its maxima, and the colours, weighed.

    Roots keep one strong channel from outshouting the others.

    Args:
        features: The image tower's, shape (n, width).

    Returns:
        Shape (n, VIEW), float32.
    """
    means, maxima = features[:, :LAST], features[:, LAST : 2 * LAST]
    parts = (unit_rows(np.sqrt(means)), unit_rows(np.sqrt(maxima)), features[:, -SHARES - 1 : -1])
    weighed = [part * weight for part, weight in zip(parts, VIEW_WEIGHTS, strict=True)]
    return np.concatenate(weighed, axis=1, dtype=np.float32)


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x where it is large, 0 where it is very negative, smoothly between.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016), the form with tanh.
    """
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)), dtype=np.float32)


def _check(heads: Heads) -> None:
    if heads.image.outer_bias.shape != heads.text.outer_bias.shape:
        raise ValueError("heads that end in spaces of different width")
    if heads.hubs.texts.shape[1:] != (heads.image.dim,):
        raise ValueError("texts of another width than the heads")
    if heads.look.matrix.shape[0] != len(heads.look.centre):
        raise ValueError("a look whose layers do not fit together")
