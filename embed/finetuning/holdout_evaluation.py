"""Before and after: do the titles of products held back find their photos?"""

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
from shopwindow.values.encoder import Vectors

ReciprocalRanks: TypeAlias = NDArray[np.float64]
"""1 / place of the right photo, by question."""


@dataclass(frozen=True, slots=True)
class AdaptationMetrics:
    """How well one encoder does on products held back.

    Attributes:
        recall_at_10: Share of titles that find their photo among the first ten of the whole shop.
        mrr: Mean of 1 / place of the photo.
        category_precision: Share of a photo's ten nearest that are of its category; None without.
    """

    recall_at_10: float
    mrr: float
    category_precision: float | None


@dataclass(frozen=True, slots=True)
class HoldoutEvaluator:
    """The questions: titles of products held back, asked among all photos of the shop.

    Attributes:
        query_rows: Products that are asked about.
        keys: One for each product; equal where a title cannot tell apart.
        categories: One for each product; empty when unknown.
    """

    query_rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    categories: Labels

    def compute_reciprocal_ranks(self, texts: Vectors, photos: Vectors) -> ReciprocalRanks:
        """Return 1 / place of the right photo for each question; ties count against us.

        Args:
            texts: Of the questions, shape (n_rows, dim).
            photos: Of all products, shape (n, dim).
        """
        return 1.0 / compute_ranks(texts, photos, self.keys[self.query_rows], self.keys)

    def evaluate(self, ranks: ReciprocalRanks, photos: Vectors) -> AdaptationMetrics:
        """Return the measures, from what `reciprocal_ranks` found among these photos."""
        return AdaptationMetrics(
            recall_at_10=float((ranks >= 1.0 / TOP_K).mean()),
            mrr=float(ranks.mean()),
            category_precision=self.compute_category_precision(photos),
        )

    def compute_category_precision(self, photos: Vectors) -> float | None:
        """Return the mean of `compute_category_precisions`; None where they are None."""
        shares = self.compute_category_precisions(photos)
        return None if shares is None else float(shares.mean())

    def compute_category_precisions(self, photos: Vectors) -> NDArray[np.float64] | None:
        """Return what share of the ten nearest photos is of each asked one's category.

        Rare categories are left out; None where that leaves less than half of the questions.
        """
        chosen = self.query_rows[mask_frequent_labels(self.categories)[self.query_rows]]
        if len(chosen) * 2 < len(self.query_rows) or len(set(self.categories) - {""}) < 2:
            return None
        near = find_neighbors(photos, chosen)
        alike: NDArray[np.bool_] = self.categories[near] == self.categories[chosen][:, None]
        return np.asarray(alike.mean(axis=1), dtype=np.float64)


def is_significantly_better(before: ArrayLike, after: ArrayLike) -> bool:
    """Return whether the mean gain exceeds twice its own standard error."""
    gains = np.asarray(after) - np.asarray(before)
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return bool(gains.mean() > 2 * error)
