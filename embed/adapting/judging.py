"""Before and after: do the titles of products held back find their photos?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.encoder import Vectors
from embed.training.judge import TOP, Labels


@dataclass(frozen=True, slots=True)
class Judged:
    """How well one encoder does on products held back.

    Attributes:
        recall: Share of titles that find their photo among the first ten of the whole shop.
        reciprocal_rank: Mean of 1 / place of the photo.
        same_category: Share of a photo's ten nearest that are of its category; None without.
    """

    recall: float
    reciprocal_rank: float
    same_category: float | None


@dataclass(frozen=True, slots=True)
class Examination:
    """The questions: titles of products held back, asked among all photos of the shop.

    Attributes:
        rows: Products that are asked about.
        keys: One for each product; equal where a title cannot tell apart.
        categories: One for each product; empty when unknown.
    """

    rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    categories: Labels

    def reciprocal_ranks(self, texts: Vectors, photos: Vectors) -> NDArray[np.float64]:
        """Return 1 / place of the right photo for each question; ties count against us.

        Args:
            texts: Of the questions, shape (n_rows, dim).
            photos: Of all products, shape (n, dim).
        """
        likeness = texts @ photos.T  # (n_rows, n)
        right = self.keys[self.rows][:, None] == self.keys[None]  # (n_rows, n)
        best = np.where(right, likeness, -np.inf).max(axis=1, keepdims=True)
        ranks: NDArray[np.float64] = 1.0 / (1 + ((likeness >= best) & ~right).sum(axis=1))
        return ranks

    def judge(self, texts: Vectors, photos: Vectors) -> Judged:
        """Return the measures."""
        ranks = self.reciprocal_ranks(texts, photos)
        return Judged(
            recall=float((ranks >= 1.0 / TOP).mean()),
            reciprocal_rank=float(ranks.mean()),
            same_category=self.same_category(photos),
        )

    def same_category(self, photos: Vectors) -> float | None:
        """Return the share of the ten nearest photos that are of the asked one's category.

        Rare categories are left out; None where that leaves less than half of the questions.
        """
        names, codes, counts = np.unique(self.categories, return_inverse=True, return_counts=True)
        asked = (names[codes] != "") & (counts[codes] > TOP)
        chosen = self.rows[asked[self.rows]]
        if len(chosen) * 2 < len(self.rows) or len(names[names != ""]) < 2:
            return None
        likeness = photos[chosen] @ photos.T  # (n_chosen, n)
        likeness[np.arange(len(chosen)), chosen] = -np.inf
        near = np.argpartition(-likeness, TOP, axis=1)[:, :TOP]
        return float((self.categories[near] == self.categories[chosen][:, None]).mean())


def clearly_better(before: Sequence[float], after: Sequence[float]) -> bool:
    """Return whether the mean gain exceeds twice its own standard error."""
    gains = np.asarray(after) - np.asarray(before)
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return bool(gains.mean() > 2 * error)
