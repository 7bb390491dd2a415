"""Slates that give each interest of a visitor, and each merchant, its share of slots."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from shopwindow.values.errors import InvalidValueError

_N_COMPARED = 50
"""Best remaining products of an interest among which the merchant penalty chooses."""


def diversify_slate(
    scores: ArrayLike,
    groups: ArrayLike,
    weights: ArrayLike,
    limit: int,
    merchants: Sequence[str] = (),
    seller_diversity_penalty: float = 0.0,
) -> list[int]:
    """Select the best products, each interest getting slots in proportion to its weight.

    Scores per product cannot do this: however many interests the profile has, the ten best products
    belong to the one that fits a little better. Each slot goes to the interest with the greatest
    quotient of its weight and the slots that it has, which gives its best remaining product.

    Args:
        scores: Higher is better, shape (n_products,); ties keep their order.
        groups: Index of each product's interest, shape (n_products,).
        weights: Weight of each interest, shape (n_interests,); one with 0 gets no slot while others
            have products left. Without weights the products are ordered by score.
        limit: Most products.
        merchants: Merchant of each product; empty for no merchant penalty.
        seller_diversity_penalty: Subtracted from a score for each earlier product of the merchant.

    Returns:
        At most `limit` indices into `scores`, without repetition.

    Raises:
        InvalidValueError: The numbers of groups or merchants and scores differ, or a group has no
            weight.

    Source: the divisor method of Sainte-Lague, as in PM-2 of Dang and Croft, Diversity by
        Proportionality (2012).
    """
    values, group_indices = np.asarray(scores, dtype=np.float64), np.asarray(groups)
    shares = np.asarray(weights, dtype=np.float64)
    if group_indices.shape != values.shape:
        raise InvalidValueError("groups", f"shape {values.shape}", group_indices.shape)
    if len(merchants) not in {0, len(values)}:
        raise InvalidValueError("merchants", f"{len(values)} merchants", len(merchants))
    if not len(shares):
        shares, group_indices = np.ones(1), np.zeros_like(group_indices)
    if len(group_indices) and not (group_indices.min() >= 0 and group_indices.max() < len(shares)):
        expected = f"indices from 0 to {len(shares) - 1}"
        raise InvalidValueError("groups", expected, group_indices.max())
    ranked: list[int] = np.argsort(-values, kind="stable").tolist()
    remaining: list[list[int]] = [[] for _ in shares]
    for index in ranked:
        remaining[int(group_indices[index])].append(index)
    picker = _Picker(
        values.tolist(), merchants if seller_diversity_penalty else (), seller_diversity_penalty
    )
    return _fill_slots(remaining, shares.tolist(), min(limit, len(ranked)), picker)


class _Picker:
    """Takes the best product of a list, with a penalty for merchants that were taken before."""

    def __init__(self, scores: list[float], merchants: Sequence[str], penalty: float) -> None:
        self._scores = scores
        self._merchants = merchants
        self._penalty = penalty
        self._n_taken: Counter[str] = Counter()

    def take(self, indices: list[int]) -> int:
        if not self._merchants:
            return indices.pop(0)
        best = max(indices[:_N_COMPARED], key=self._penalized_score)
        indices.remove(best)
        if self._merchants[best]:
            self._n_taken[self._merchants[best]] += 1
        return best

    def _penalized_score(self, index: int) -> float:
        return self._scores[index] - self._penalty * self._n_taken[self._merchants[index]]


def _fill_slots(
    remaining: list[list[int]], shares: list[float], limit: int, picker: _Picker
) -> list[int]:
    slate: list[int] = []
    n_taken = [0] * len(shares)
    while len(slate) < limit:
        open_groups = [n for n, indices in enumerate(remaining) if indices]
        group = max(open_groups, key=lambda n: (shares[n] / (2 * n_taken[n] + 1), -n))
        slate.append(picker.take(remaining[group]))
        n_taken[group] += 1
    return slate
