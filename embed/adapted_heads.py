"""What an encoder learns of one shop: heads, the shop's words, and which photos are its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.arrays import unit_rows
from core.encoder import Vectors
from embed.compact_heads import Arrays, Head
from embed.compact_words import WordTable, split_any_words

N_AXES = 64
"""Directions in which a shop's photos spread that are told apart; the rest counts as one."""

FAR = 1.2
"""How far out something foreign lies, beyond the outermost tenth of the shop's own, in distances
from the median to that tenth. Source: docs/decisions/0008-adapt.md."""


Rows: TypeAlias = NDArray[np.float32]
"""One vector for each photo or text."""


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How much a photo or text is like those of the shop, by its distance from their distribution.

    Attributes:
        centre: Mean of the shop's rows, shape (width,).
        axes: Directions of greatest spread, shape (width, n_axes).
        spreads: Variance along each, shape (n_axes,).
        rest: Mean variance along every other direction, shape (1,).
        near: Up to this distance something is the shop's own, shape (1,).
        far: From this distance it is foreign, shape (1,).
    """

    centre: NDArray[np.float32]
    axes: NDArray[np.float32]
    spreads: NDArray[np.float32]
    rest: NDArray[np.float32]
    near: NDArray[np.float32]
    far: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Rows, held_back: Rows) -> "Familiarity":
        """Learn the distribution, and from rows held back how far the shop's own may lie out.

        Args:
            rows: Shape (n, width).
            held_back: Others of the same shop, shape (m, width).

        Returns:
            What was learned.
        """
        centre = rows.mean(axis=0)
        _, lengths, axes = np.linalg.svd(rows - centre, full_matrices=False)
        n_axes = min(N_AXES, len(lengths) // 4)
        variances = lengths**2 / len(rows)
        unseen = cls(
            centre=centre,
            axes=np.ascontiguousarray(axes[:n_axes].T),
            spreads=(variances[:n_axes] + 1e-6).astype(np.float32),
            rest=np.array([variances[n_axes:].mean() + 1e-6], dtype=np.float32),
            near=np.zeros(1, dtype=np.float32),
            far=np.ones(1, dtype=np.float32),
        )
        middle, outer = np.percentile(unseen.distances(held_back), [50, 90])
        return cls(
            unseen.centre,
            unseen.axes,
            unseen.spreads,
            unseen.rest,
            near=np.array([outer], dtype=np.float32),
            far=np.array([outer + FAR * (outer - middle)], dtype=np.float32),
        )

    def distances(self, rows: Rows) -> NDArray[np.float32]:
        """Return Mahalanobis distances, squared, shape (n,)."""
        offsets = rows - self.centre
        along = offsets @ self.axes  # (n, n_axes)
        beside = (offsets**2).sum(axis=1) - (along**2).sum(axis=1)
        return np.asarray((along**2 / self.spreads).sum(axis=1) + beside / self.rest, np.float32)

    def shares(self, rows: Rows) -> NDArray[np.float32]:
        """Return 1 for what is like the shop's own, 0 for what is foreign, shape (n,)."""
        width = max(float(self.far[0] - self.near[0]), 1e-6)
        inside = (self.far - self.distances(rows)) / np.float32(width)
        return np.asarray(np.clip(inside, 0.0, 1.0), dtype=np.float32)

    def as_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name that begins with this one."""
        return {f"{name}.{each}": getattr(self, each) for each in self.__slots__}

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> "Familiarity":
        """Return what `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
        """
        return cls(**{e: arrays[f"{name}.{e}"].astype(np.float32) for e in cls.__slots__})


@dataclass(frozen=True, slots=True)
class ShopHeads:
    """Turns a base encoder's features into a part of the shop's own, beside the base's vector.

    A photo or a text that is foreign to the shop keeps the base's vector: what the base, or a shop
    learned before, knew of it is not lost.

    Attributes:
        image: From the features of photos.
        text: From the features of texts and the rows of their words.
        words: Rows of the words of the shop's titles.
        photos: Which photos the own part is for, by the base's vectors.
        texts: Which texts it is for, by their features.
        image_share: Share of the own part in a familiar photo's vector, 0 to 1.
        text_share: Share of the own part in a text's vector, 0 to 1.
    """

    image: Head
    text: Head
    words: WordTable
    photos: Familiarity
    texts: Familiarity
    image_share: float
    text_share: float

    @property
    def dim(self) -> int:
        """Width of the own part."""
        return self.image.dim

    def image_vectors(self, vectors: Vectors, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for the base's vectors and features."""
        own, shares = self.own_of_photos(vectors, features)
        return beside(vectors, own, self.image_share * shares)

    def text_vectors(
        self, vectors: Vectors, features: NDArray[np.float32], texts: Sequence[str]
    ) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for texts."""
        own, shares = self.own_of_texts(features, texts)
        return beside(vectors, own, self.text_share * shares)

    def own_of_photos(self, vectors: Vectors, features: Rows) -> tuple[Vectors, Rows]:
        """Return the own part of photos, shape (n, dim), and how familiar they are, shape (n,)."""
        return self.image.project(features), self.photos.shares(vectors)

    def own_of_texts(self, features: Rows, texts: Sequence[str]) -> tuple[Vectors, Rows]:
        """Return the own part of texts, shape (n, dim), and how familiar they are, shape (n,)."""
        worded = np.concatenate([features, self.words.features(texts)], axis=1)
        return self.text.project(worded), self.texts.shares(features)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        heads = self.image.as_arrays("image") | self.text.as_arrays("text")
        known = self.photos.as_arrays("photos") | self.texts.as_arrays("texts")
        return {**heads, **self.words.as_arrays(), **known}

    @classmethod
    def from_arrays(cls, arrays: Arrays, shares: Mapping[str, float]) -> "ShopHeads":
        """Return the heads that `as_arrays` wrote.

        Raises:
            KeyError: An array or a share is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image=Head.from_arrays("image", arrays),
            text=Head.from_arrays("text", arrays),
            words=WordTable.from_arrays(arrays, split_any_words),
            photos=Familiarity.from_arrays("photos", arrays),
            texts=Familiarity.from_arrays("texts", arrays),
            image_share=float(shares["image"]),
            text_share=float(shares["text"]),
        )
        if heads.image.dim != heads.text.dim:
            raise ValueError("heads that end in spaces of different width")
        return heads


def beside(vectors: Vectors, own: Vectors, shares: NDArray[np.float32]) -> Vectors:
    """Return unit rows of both parts, the second with these shares of the squared length."""
    kept = np.sqrt(1.0 - shares)[:, None] * vectors
    return unit_rows(np.concatenate([kept, np.sqrt(shares)[:, None] * own], axis=1))
