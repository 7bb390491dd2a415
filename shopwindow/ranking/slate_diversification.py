"""A first page that gives each interest of a visitor, and each merchant, its share of places."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from shopwindow.values.errors import InvalidValueError

_LOOKED_AT = 50
"""Products of an interest among which the merchants are told apart."""


def diversify_slate(
    scores: ArrayLike,
    groups: ArrayLike,
    weights: ArrayLike,
    limit: int,
    merchants: Sequence[str] = (),
    seller_diversity_penalty: float = 0.0,
) -> list[int]:
    """Return places of the best products, each interest having as many as its weight is worth.

    A score for each product cannot do this: however many interests it knows, the ten best are of
    the one that fits a little better. Each place goes to the interest with the greatest quotient
    of its weight and what it has already, which gives its best product that is left.

    Args:
        scores: Higher is better, shape (n_products,).
        groups: Number of each product's interest, shape (n_products,).
        weights: What each interest counts, shape (n_interests,); 0 gives it no place while others
            have products left. None at all puts everything in the order of scores.
        limit: Most products.
        merchants: Merchant of each product; none when they do not matter.
        seller_diversity_penalty: Taken off a score for each product of the same merchant before it.

    Returns:
        At most `limit` places in `scores`, each once.

    Raises:
        InvalidValueError: There are not as many groups or merchants as scores, or a group without
            a weight.

    Source: the divisor method of Sainte-Lague, as in PM-2 of Dang and Croft, Diversity by
        Proportionality (2012).
    """
    values, numbers = np.asarray(scores, dtype=np.float64), np.asarray(groups)
    shares = np.asarray(weights, dtype=np.float64)
    if numbers.shape != values.shape:
        raise InvalidValueError("groups", f"shape {values.shape}", numbers.shape)
    if len(merchants) not in {0, len(values)}:
        raise InvalidValueError("merchants", f"{len(values)} of them", len(merchants))
    if not len(shares):
        shares, numbers = np.ones(1), np.zeros_like(numbers)
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < len(shares)):
        raise InvalidValueError("groups", f"numbers from 0 to {len(shares) - 1}", numbers.max())
    order: list[int] = np.argsort(-values, kind="stable").tolist()
    left: list[list[int]] = [[] for _ in shares]
    for place in order:
        left[int(numbers[place])].append(place)
    pick = _Picker(
        values.tolist(), merchants if seller_diversity_penalty else (), seller_diversity_penalty
    )
    return _seated(left, shares.tolist(), min(limit, len(order)), pick)


class _Picker:
    """Takes the best product of a list, those of merchants that were taken before held back."""

    def __init__(self, scores: list[float], merchants: Sequence[str], held_back: float) -> None:
        self._scores = scores
        self._merchants = merchants
        self._held_back = held_back
        self._taken: Counter[str] = Counter()

    def take(self, places: list[int]) -> int:
        if not self._merchants:
            return places.pop(0)
        best = max(places[:_LOOKED_AT], key=self._worth)
        places.remove(best)
        if self._merchants[best]:
            self._taken[self._merchants[best]] += 1
        return best

    def _worth(self, place: int) -> float:
        return self._scores[place] - self._held_back * self._taken[self._merchants[place]]


def _seated(left: list[list[int]], shares: list[float], limit: int, pick: _Picker) -> list[int]:
    seated: list[int] = []
    taken = [0] * len(shares)
    while len(seated) < limit:
        having = [n for n, places in enumerate(left) if places]
        turn = max(having, key=lambda n: (shares[n] / (2 * taken[n] + 1), -n))
        seated.append(pick.take(left[turn]))
        taken[turn] += 1
    return seated
