"""What any product of a catalogue scores by chance, so that a likeness can be told from nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.product_index import ProductIndex
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Filters

BASELINE_SAMPLE_SIZE = 400
REDRAW_SHARE = 0.1
"""Share of a catalogue that may come or go before another sample is drawn: scores stay as they are
while single products come."""

MIN_SAMPLE_SIZE = 3
_LEAST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True)
class SimilarityBaseline:
    """Cosines of one query with products taken at random.

    Attributes:
        mean: Their mean.
        std: Their standard deviation, greater than 0.
    """

    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class BaselineSample:
    """A random sample of a catalogue's vectors.

    Attributes:
        n_products: Products of the catalogue when it was drawn.
        vectors: Vectors by name as stored, each of shape (at most `N_SAMPLED`, width).
    """

    n_products: int = 0
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    @classmethod
    def draw(cls, index: ProductIndex, filters: Filters | None = None) -> "BaselineSample":
        """Return a sample of what passes; the same one as long as the catalogue is the same."""
        return cls(index.count(filters), index.sample_vectors(BASELINE_SAMPLE_SIZE, filters))

    def refresh(self, index: ProductIndex, filters: Filters | None = None) -> "BaselineSample":
        """Return this sample, or another one when what passes has become another catalogue."""
        n_products = index.count(filters)
        moved = abs(n_products - self.n_products)
        is_other = moved > REDRAW_SHARE * self.n_products or not self.n_products
        return BaselineSample.draw(index, filters) if is_other else self

    def estimate_baseline(self, using: str, query: Vectors) -> SimilarityBaseline | None:
        """Return what a query's likeness to products at random is.

        Args:
            using: Name of the vectors.
            query: Unit vector as it is compared with those stored, shape (width,).

        Returns:
            Mean and spread; None where too few products have such a vector.
        """
        rows = self.vectors.get(using)
        if rows is None or len(rows) < MIN_SAMPLE_SIZE:
            return None
        # Not @: its threads would take longer to meet than so few products take to multiply.
        cosines = np.einsum("nd,d->n", rows, query)
        return SimilarityBaseline(float(cosines.mean()), max(float(cosines.std()), _LEAST_SPREAD))

    def compute_mean(self, using: str) -> Vectors | None:
        """Return the mean vector of products, shape (width,); None where none has such a vector."""
        rows = self.vectors.get(using)
        return None if rows is None else np.asarray(rows.mean(axis=0))

    def compute_similarities(self, using: str, vectors: Vectors) -> NDArray[np.float64]:
        """Return how like each two products are, from 0 (two at random) to 1 (the same).

        Args:
            using: Name of the vectors.
            vectors: Unit rows as stored, shape (n, any width); a row of zeros is like nothing.

        Returns:
            Shape (n, n).
        """
        sample = self.vectors.get(using)
        chance = 0.0
        if sample is not None and len(sample) >= MIN_SAMPLE_SIZE:
            n = len(sample)
            chance = float((sample @ sample.T).sum() - n) / (n * (n - 1))
        room = max(1 - chance, _LEAST_SPREAD)  # a catalogue may show one photo for everything
        found: NDArray[np.float64] = np.clip((vectors @ vectors.T - chance) / room, 0.0, 1.0)
        found[~vectors.any(axis=1)] = 0.0
        found[:, ~vectors.any(axis=1)] = 0.0
        return found
