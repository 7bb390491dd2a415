"""Hubness correction: photos that are close to too many texts are ranked lower.

In spaces of many dimensions a few points, the hubs, are close to everything. Such a photo would be
found by every other query, so its hubness (its mean similarity to the nearest of a sample of texts)
is subtracted from its similarity to any text. The difference is an inner product again: it takes
two more columns in each vector.

Source: Radovanovic et al., Hubs in Space (JMLR 2010); the measure of hubness is that of Conneau et
al., Word Translation Without Parallel Data (ICLR 2018), section 2.3, applied to photos alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import Vectors

N_NEIGHBORS = 20
"""Nearest texts whose mean similarity is a photo's hubness."""

HUBNESS_DIM = 2
"""Columns that are appended to the joint part."""

FLOOR_QUANTILE = 0.25
"""Quantile of the training photos' hubness that is the floor: of 0, 0.05, 0.25, 0.5 and 0.75 the
lowest that does not bring up more out-of-domain photos. Source: `docs/decisions/0002`."""

_MAX_INT8 = 127.0


@dataclass(frozen=True, slots=True)
class HubnessCorrection:
    """Subtracts a photo's hubness from its similarity to every text.

    Attributes:
        anchor_texts: Joint parts of the training titles, unit rows, shape (n_texts, dim); at least
            one.
        weight: Weight of the hubness against the similarity; 0 changes no order.
        floor: Least hubness that is subtracted. Out-of-domain photos are close to no title: without
            a floor they would be preferred to in-domain ones.
    """

    anchor_texts: Vectors
    weight: float
    floor: float

    def compute_hubness(self, photos: Vectors) -> NDArray[np.float32]:
        """Return the mean cosine of each photo to its N_NEIGHBORS nearest texts, (n_photos, 1).

        Args:
            photos: Joint parts, unit rows, shape (n_photos, dim).
        """
        n = min(N_NEIGHBORS, len(self.anchor_texts))
        similarity = photos @ self.anchor_texts.T  # (n_photos, n_texts)
        nearest = np.partition(similarity, -n, axis=1)[:, -n:]
        return np.asarray(nearest.mean(axis=1, keepdims=True), dtype=np.float32)

    def correct_images(self, photos: Vectors) -> Vectors:
        """Append the hubness columns of photos.

        Args:
            photos: Joint parts, unit rows, shape (n_photos, dim).

        Returns:
            Unit rows, shape (n_photos, dim + HUBNESS_DIM).
        """
        hubness = np.clip(self.compute_hubness(photos), self.floor, 1.0)
        # The second column keeps all rows of equal length, so that the first is not scaled away.
        columns = np.concatenate([-hubness, np.sqrt(1.0 - np.square(hubness))], axis=1)
        rows = np.concatenate([photos, self.weight * columns], axis=1)
        return np.asarray(rows / (1.0 + self.weight**2) ** 0.5, dtype=np.float32)

    def correct_texts(self, texts: Vectors) -> Vectors:
        """Append the columns by which a text's similarity to a photo is lowered by its hubness.

        Args:
            texts: Joint parts, unit rows, shape (n_texts, dim).

        Returns:
            Unit rows, shape (n_texts, dim + HUBNESS_DIM).
        """
        ones = np.ones((len(texts), 1), dtype=np.float32)
        rows = np.concatenate([texts, ones, 0 * ones], axis=1) / 2**0.5
        return np.asarray(rows, dtype=np.float32)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the anchor texts quantized to int8, their step, the weight and the floor.

        Returns:
            The texts, int8, shape (n_texts, dim); the others float32, shape (1,).
        """
        step = np.float32(np.abs(self.anchor_texts).max(initial=1e-12) / _MAX_INT8)
        return {
            "hubs.texts": np.rint(self.anchor_texts / step).astype(np.int8),
            "hubs.step": np.array([step], dtype=np.float32),
            "hubs.weight": np.array([self.weight], dtype=np.float32),
            "hubs.floor": np.array([self.floor], dtype=np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "HubnessCorrection":
        """Return the correction whose arrays, among others, `as_arrays` gave.

        Args:
            arrays: By stored name: the anchor texts, shape (n_texts, dim), in steps; the step, the
                weight and the floor, shape (1,).

        Raises:
            KeyError: An array is missing.
            ValueError: There are no anchor texts.
        """
        texts = arrays["hubs.texts"].astype(np.float32) * arrays["hubs.step"]
        if texts.ndim != 2 or not texts.size:
            raise ValueError(f"expected anchor texts of shape (n_texts, dim), got {texts.shape}")
        return cls(texts, float(arrays["hubs.weight"][0]), float(arrays["hubs.floor"][0]))


def fit_hubness(texts: Vectors, photos: Vectors, weight: float) -> HubnessCorrection:
    """Return a correction whose floor is the FLOOR_QUANTILE of the photos' hubness.

    Args:
        texts: Joint parts of titles, unit rows, shape (n_texts, dim).
        photos: Joint parts of photos that belong to such titles, unit rows, shape (n_photos, dim).
        weight: Weight of the hubness against the similarity.
    """
    hubness = HubnessCorrection(texts, weight, -1.0).compute_hubness(photos)
    return HubnessCorrection(texts, weight, float(np.quantile(hubness, FLOOR_QUANTILE)))
