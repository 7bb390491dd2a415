"""Similarity baseline: what random products of a catalogue score, to tell matches from chance."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index import ProductIndex
from shopwindow.values import Filters, Vectors

BASELINE_SAMPLE_SIZE = 400
REDRAW_SHARE = 0.1
"""Share of a catalogue that may be added or removed before a new sample is drawn: scores stay
stable while single products change."""

MIN_SAMPLE_SIZE = 3
_MIN_STD = 1e-4


@dataclass(frozen=True, slots=True)
class SimilarityBaseline:
    """Distribution of one query's cosines with random products.

    Attributes:
        mean: Mean of the cosines.
        std: Standard deviation of the cosines, greater than 0.
    """

    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class BaselineSample:
    """A random sample of a catalogue's vectors.

    Attributes:
        n_products: Size of the catalogue when the sample was drawn.
        vectors: Stored vectors by name, each of shape (at most `BASELINE_SAMPLE_SIZE`, width).
    """

    n_products: int = 0
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    @classmethod
    def draw(cls, index: ProductIndex, filters: Filters | None = None) -> "BaselineSample":
        """Return a sample of what passes the filters; deterministic for the same catalogue."""
        return cls(index.count(filters), index.sample_vectors(BASELINE_SAMPLE_SIZE, filters))

    def refresh(self, index: ProductIndex, filters: Filters | None = None) -> "BaselineSample":
        """Return this sample, or a new one when the size of the catalogue has changed much."""
        n_changed = abs(index.count(filters) - self.n_products)
        is_stale = n_changed > REDRAW_SHARE * self.n_products or not self.n_products
        return BaselineSample.draw(index, filters) if is_stale else self

    def estimate_baseline(self, using: str, query: Vectors) -> SimilarityBaseline | None:
        """Return the distribution of a query's similarity to random products.

        Args:
            using: Name of the vectors.
            query: Unit vector, projected as the stored ones are, shape (width,).

        Returns:
            Mean and standard deviation; None where too few products have such a vector.
        """
        sample = self.vectors.get(using)
        if sample is None or len(sample) < MIN_SAMPLE_SIZE:
            return None
        # Not @: starting its threads takes longer than multiplying so few rows.
        cosines = np.einsum("nd,d->n", sample, query)  # (n_sampled,)
        return SimilarityBaseline(float(cosines.mean()), max(float(cosines.std()), _MIN_STD))

    def compute_mean(self, using: str) -> Vectors | None:
        """Return the mean vector of products, shape (width,); None where none has such a vector."""
        sample = self.vectors.get(using)
        return None if sample is None else np.asarray(sample.mean(axis=0))

    def compute_similarities(self, using: str, vectors: Vectors) -> NDArray[np.float64]:
        """Return the pairwise similarities of products, from 0 (a random pair) to 1 (the same).

        Args:
            using: Name of the vectors.
            vectors: Stored unit rows, shape (n, any width); a row of zeros has similarity 0 to all.

        Returns:
            Symmetric matrix, shape (n, n).
        """
        sample = self.vectors.get(using)
        random_mean = 0.0
        if sample is not None and len(sample) >= MIN_SAMPLE_SIZE:
            n = len(sample)
            random_mean = float((sample @ sample.T).sum() - n) / (n * (n - 1))
        # A catalogue may show one photo for everything: then the range would be 0.
        value_range = max(1 - random_mean, _MIN_STD)
        similarities: NDArray[np.float64] = np.clip(
            (vectors @ vectors.T - random_mean) / value_range, 0.0, 1.0
        )
        is_missing = ~vectors.any(axis=1)
        similarities[is_missing] = 0.0
        similarities[:, is_missing] = 0.0
        return similarities
