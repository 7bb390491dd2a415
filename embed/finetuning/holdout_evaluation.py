"""Evaluate an encoder on held-out products: do their titles find their photos?"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embed.finetuning.retrieval_metrics import (
    TOP_K,
    Labels,
    compute_ranks,
    find_neighbors,
    mask_frequent_labels,
)
from shopwindow.values import Vectors

ReciprocalRanks: TypeAlias = NDArray[np.float64]
"""1 / rank of the relevant photo, per query, shape (n_queries,)."""


@dataclass(frozen=True, slots=True)
class AdaptationMetrics:
    """Retrieval metrics of one encoder on held-out products.

    Attributes:
        recall_at_10: Share of titles that find their photo among the first ten of the whole shop.
        mrr: Mean reciprocal rank of the photo.
        category_precision: Share of a photo's ten nearest that are of its category; None where too
            few products have a frequent category.
    """

    recall_at_10: float
    mrr: float
    category_precision: float | None


@dataclass(frozen=True, slots=True)
class HoldoutEvaluator:
    """Evaluates rankings of all photos of the shop for the titles of held-out products.

    Attributes:
        query_rows: Rows of the held-out products, shape (n_queries,).
        keys: One for each product, equal for products of equal titles, shape (n_products,).
        categories: One for each product, empty when unknown, shape (n_products,).
    """

    query_rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    categories: Labels

    def compute_reciprocal_ranks(self, texts: Vectors, photos: Vectors) -> ReciprocalRanks:
        """Return the reciprocal rank of the best relevant photo per query; ties rank worst.

        Args:
            texts: Vectors of the queries, shape (n_queries, dim).
            photos: Vectors of all photos, shape (n_products, dim).
        """
        return 1.0 / compute_ranks(texts, photos, self.keys[self.query_rows], self.keys)

    def evaluate(self, ranks: ReciprocalRanks, photos: Vectors) -> AdaptationMetrics:
        """Return the metrics.

        Args:
            ranks: What `compute_reciprocal_ranks` gave for these photos, shape (n_queries,).
            photos: Vectors of all photos, shape (n_products, dim).
        """
        return AdaptationMetrics(
            recall_at_10=float((ranks >= 1.0 / TOP_K).mean()),
            mrr=float(ranks.mean()),
            category_precision=self.compute_category_precision(photos),
        )

    def compute_category_precision(self, photos: Vectors) -> float | None:
        """Return the mean of `compute_category_precisions`; None where they are None.

        Args:
            photos: Vectors of all photos, shape (n_products, dim).
        """
        precisions = self.compute_category_precisions(photos)
        return None if precisions is None else float(precisions.mean())

    def compute_category_precisions(self, photos: Vectors) -> NDArray[np.float64] | None:
        """Return the share of a held-out photo's ten nearest that are of its category, shape (m,).

        Rare categories are left out; None where that leaves less than half of the queries.
        """
        rows = self.query_rows[mask_frequent_labels(self.categories)[self.query_rows]]
        if len(rows) * 2 < len(self.query_rows) or len(set(self.categories) - {""}) < 2:
            return None
        neighbors = find_neighbors(photos, rows)
        is_same: NDArray[np.bool_] = self.categories[neighbors] == self.categories[rows][:, None]
        return np.asarray(is_same.mean(axis=1), dtype=np.float64)


def is_significantly_better(before: ArrayLike, after: ArrayLike) -> bool:
    """Return whether the mean gain exceeds twice its standard error; both of shape (n,)."""
    gains = np.asarray(after) - np.asarray(before)
    standard_error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return bool(gains.mean() > 2 * standard_error)
