"""Photos that lie near too many texts, and how their vectors hold them back.

In spaces of many dimensions a few points are near to everything. Such a photo would come up for
every other query, so what it has in common with texts in general is taken off its likeness to any
one of them. The difference is an inner product again: two more numbers in each vector do it.

Source: Radovanovic et al., Hubs in Space (JMLR 2010); the measure of crowding is that of Conneau et
al., Word Translation Without Parallel Data (ICLR 2018), section 2.3, applied to photos alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.encoder import Vectors

N_NEIGHBORS = 20
"""Texts whose likeness says how crowded a photo is."""

HUBNESS_DIM = 2
"""Numbers that a vector gets on top of its joint part."""

FLOOR_QUANTILE = 0.25
"""Share of the training's photos that are less crowded than the floor: of 0, 0.05, 0.25, 0.5 and
0.75 the least that brings no more foreign photos up. Source: `docs/decisions/0002`."""

_STEPS = 127.0


@dataclass(frozen=True, slots=True)
class HubnessCorrection:
    """What is taken off photos that lie near too many texts.

    Attributes:
        anchor_texts: Joint parts of the training's titles, unit rows, shape (n_texts, dim); one at least.
        weight: Of the crowding against the likeness; 0 changes no order.
        floor: Least crowding that is taken off. Photos of things that the training did not know lie
            near no title: without a floor they would be preferred to those that it did know.
    """

    anchor_texts: Vectors
    weight: float
    floor: float

    def compute_hubness(self, photos: Vectors) -> NDArray[np.float32]:
        """Return the mean cosine of each photo to its N_NEAREST texts, shape (n_photos, 1).

        Args:
            photos: Joint parts, unit rows, shape (n_photos, dim).
        """
        n = min(N_NEIGHBORS, len(self.anchor_texts))
        likeness = photos @ self.anchor_texts.T  # (n_photos, n_texts)
        nearest = np.partition(likeness, -n, axis=1)[:, -n:]
        return np.asarray(nearest.mean(axis=1, keepdims=True), dtype=np.float32)

    def correct_images(self, photos: Vectors) -> Vectors:
        """Return unit rows, shape (n_photos, dim + WIDTH): a crowded photo is nearer to no text.

        Args:
            photos: Joint parts, unit rows, shape (n_photos, dim).
        """
        crowding = np.clip(self.compute_hubness(photos), self.floor, 1.0)
        # The second number keeps all rows of one length, so that the first is not scaled away.
        pair = np.concatenate([-crowding, np.sqrt(1.0 - np.square(crowding))], axis=1)
        parts = np.concatenate([photos, self.weight * pair], axis=1)
        return np.asarray(parts / (1.0 + self.weight**2) ** 0.5, dtype=np.float32)

    def correct_texts(self, texts: Vectors) -> Vectors:
        """Return unit rows, shape (n_texts, dim + WIDTH), that take off what photos carry.

        Args:
            texts: Joint parts, unit rows, shape (n_texts, dim).
        """
        ones = np.ones((len(texts), 1), dtype=np.float32)
        parts = np.concatenate([texts, ones, 0 * ones], axis=1) / 2**0.5
        return np.asarray(parts, dtype=np.float32)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the texts in whole steps of -127 to 127, and the weight."""
        step = np.float32(np.abs(self.anchor_texts).max(initial=1e-12) / _STEPS)
        return {
            "hubs.texts": np.rint(self.anchor_texts / step).astype(np.int8),
            "hubs.step": np.array([step], dtype=np.float32),
            "hubs.weight": np.array([self.weight], dtype=np.float32),
            "hubs.floor": np.array([self.floor], dtype=np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "HubnessCorrection":
        """Return what `as_arrays` wrote among others.

        Raises:
            KeyError: An array is missing.
            ValueError: There are no texts.
        """
        texts = arrays["hubs.texts"].astype(np.float32) * arrays["hubs.step"]
        if texts.ndim != 2 or not texts.size:
            raise ValueError(f"texts of shape {texts.shape}")
        return cls(texts, float(arrays["hubs.weight"][0]), float(arrays["hubs.floor"][0]))


def fit_hubness(texts: Vectors, photos: Vectors, weight: float) -> HubnessCorrection:
    """Return what is taken off photos, with the crowding of every fourth photo below its floor.

    Args:
        texts: Joint parts of titles, unit rows, shape (n_texts, dim).
        photos: Joint parts of photos that belong to such titles, shape (n_photos, dim).
        weight: Of the crowding against the likeness.
    """
    crowding = HubnessCorrection(texts, weight, -1.0).compute_hubness(photos)
    return HubnessCorrection(texts, weight, float(np.quantile(crowding, FLOOR_QUANTILE)))
