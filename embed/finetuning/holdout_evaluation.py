"""Before and after: do the titles of products held back find their photos?"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.values.encoder import Vectors
from tools.train_compact.retrieval_metrics import TOP, Labels, comparable, neighbours, places_of

Ranks: TypeAlias = NDArray[np.float64]
"""1 / place of the right photo, by question."""


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

    def reciprocal_ranks(self, texts: Vectors, photos: Vectors) -> Ranks:
        """Return 1 / place of the right photo for each question; ties count against us.

        Args:
            texts: Of the questions, shape (n_rows, dim).
            photos: Of all products, shape (n, dim).
        """
        return 1.0 / places_of(texts, photos, self.keys[self.rows], self.keys)

    def judge(self, ranks: Ranks, photos: Vectors) -> Judged:
        """Return the measures, from what `reciprocal_ranks` found among these photos."""
        return Judged(
            recall=float((ranks >= 1.0 / TOP).mean()),
            reciprocal_rank=float(ranks.mean()),
            same_category=self.same_category(photos),
        )

    def same_category(self, photos: Vectors) -> float | None:
        """Return the mean of `category_shares`; None where they are None."""
        shares = self.category_shares(photos)
        return None if shares is None else float(shares.mean())

    def category_shares(self, photos: Vectors) -> NDArray[np.float64] | None:
        """Return what share of the ten nearest photos is of each asked one's category.

        Rare categories are left out; None where that leaves less than half of the questions.
        """
        chosen = self.rows[comparable(self.categories)[self.rows]]
        if len(chosen) * 2 < len(self.rows) or len(set(self.categories) - {""}) < 2:
            return None
        near = neighbours(photos, chosen)
        alike: NDArray[np.bool_] = self.categories[near] == self.categories[chosen][:, None]
        return np.asarray(alike.mean(axis=1), dtype=np.float64)


def clearly_better(before: ArrayLike, after: ArrayLike) -> bool:
    """Return whether the mean gain exceeds twice its own standard error."""
    gains = np.asarray(after) - np.asarray(before)
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return bool(gains.mean() > 2 * error)
