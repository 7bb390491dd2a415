"""What any product of a catalogue scores by chance, so that a likeness can be told from nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.product_index import ProductIndex
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Filters

N_SAMPLED = 400
REDRAWN_AFTER = 0.1
"""Share of a catalogue that may come or go before another sample is drawn: scores stay as they are
while single products come."""

LEAST_SAMPLED = 3
_LEAST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True)
class Chance:
    """Cosines of one query with products taken at random.

    Attributes:
        mean: Their mean.
        spread: Their standard deviation, greater than 0.
    """

    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Background:
    """A random sample of a catalogue's vectors.

    Attributes:
        n_products: Products of the catalogue when it was drawn.
        rows: Vectors by name as stored, each of shape (at most `N_SAMPLED`, width).
    """

    n_products: int = 0
    rows: Mapping[str, Vectors] = field(default_factory=dict)

    @classmethod
    def of(cls, index: ProductIndex, filters: Filters | None = None) -> "Background":
        """Return a sample of what passes; the same one as long as the catalogue is the same."""
        return cls(index.count(filters), index.sample(N_SAMPLED, filters))

    def renewed(self, index: ProductIndex, filters: Filters | None = None) -> "Background":
        """Return this sample, or another one when what passes has become another catalogue."""
        n_products = index.count(filters)
        moved = abs(n_products - self.n_products)
        is_other = moved > REDRAWN_AFTER * self.n_products or not self.n_products
        return Background.of(index, filters) if is_other else self

    def chance(self, using: str, query: Vectors) -> Chance | None:
        """Return what a query's likeness to products at random is.

        Args:
            using: Name of the vectors.
            query: Unit vector as it is compared with those stored, shape (width,).

        Returns:
            Mean and spread; None where too few products have such a vector.
        """
        rows = self.rows.get(using)
        if rows is None or len(rows) < LEAST_SAMPLED:
            return None
        # Not @: its threads would take longer to meet than so few products take to multiply.
        cosines = np.einsum("nd,d->n", rows, query)
        return Chance(float(cosines.mean()), max(float(cosines.std()), _LEAST_SPREAD))

    def mean(self, using: str) -> Vectors | None:
        """Return the mean vector of products, shape (width,); None where none has such a vector."""
        rows = self.rows.get(using)
        return None if rows is None else np.asarray(rows.mean(axis=0))

    def likeness(self, using: str, rows: Vectors) -> NDArray[np.float64]:
        """Return how like each two products are, from 0 (two at random) to 1 (the same).

        Args:
            using: Name of the vectors.
            rows: Unit rows as stored, shape (n, any width); a row of zeros is like nothing.

        Returns:
            Shape (n, n).
        """
        sample = self.rows.get(using)
        chance = 0.0
        if sample is not None and len(sample) >= LEAST_SAMPLED:
            n = len(sample)
            chance = float((sample @ sample.T).sum() - n) / (n * (n - 1))
        room = max(1 - chance, _LEAST_SPREAD)  # a catalogue may show one photo for everything
        found: NDArray[np.float64] = np.clip((rows @ rows.T - chance) / room, 0.0, 1.0)
        found[~rows.any(axis=1)] = 0.0
        found[:, ~rows.any(axis=1)] = 0.0
        return found
