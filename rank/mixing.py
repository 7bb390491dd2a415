"""A first page that gives each interest of a visitor its share of places."""

import numpy as np
from numpy.typing import ArrayLike

from core.errors import InvalidValueError


def mixed(scores: ArrayLike, groups: ArrayLike, weights: ArrayLike, limit: int) -> list[int]:
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

    Returns:
        At most `limit` places in `scores`, each once.

    Raises:
        InvalidValueError: There are not as many groups as scores, or a group without a weight.

    Source: the divisor method of Sainte-Lague, as in PM-2 of Dang and Croft, Diversity by
        Proportionality (2012).
    """
    values, numbers = np.asarray(scores, dtype=np.float64), np.asarray(groups)
    shares = np.asarray(weights, dtype=np.float64)
    if numbers.shape != values.shape:
        raise InvalidValueError("groups", f"shape {values.shape}", numbers.shape)
    order: list[int] = np.argsort(-values, kind="stable").tolist()
    if not len(shares):
        return order[:limit]
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < len(shares)):
        raise InvalidValueError("groups", f"numbers from 0 to {len(shares) - 1}", numbers.max())
    left: list[list[int]] = [[] for _ in shares]
    for place in reversed(order):
        left[int(numbers[place])].append(place)
    return _seated(left, shares.tolist(), min(limit, len(order)))


def _seated(left: list[list[int]], shares: list[float], limit: int) -> list[int]:
    seated: list[int] = []
    taken = [0] * len(shares)
    while len(seated) < limit:
        having = [n for n, places in enumerate(left) if places]
        turn = max(having, key=lambda n: (shares[n] / (2 * taken[n] + 1), -n))
        seated.append(left[turn].pop())
        taken[turn] += 1
    return seated
