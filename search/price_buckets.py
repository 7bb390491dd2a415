"""Price facet: the prices of a response in a few buckets with round edges."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from shopwindow.values import PriceBucket

N_PRICE_BUCKETS = 5
PRICE_SAMPLE_SIZE = 400
"""Products whose prices determine the edges."""


def compute_bucket_edges(prices: Sequence[float]) -> list[float]:
    """Return round edges that split prices into at most five buckets of about the same size.

    Args:
        prices: Any number of prices.

    Returns:
        Ascending edges; none where the prices do not differ enough.
    """
    if len(prices) < 2 or min(prices) == max(prices):
        return []
    fractions = np.linspace(0, 1, N_PRICE_BUCKETS + 1)[1:-1]
    edges = sorted({_round_price(float(quantile)) for quantile in np.quantile(prices, fractions)})
    return [edge for edge in edges if min(prices) < edge < max(prices)]


def build_price_buckets(
    edges: Sequence[float], count: Callable[[float | None, float | None], int]
) -> tuple[PriceBucket, ...]:
    """Return the non-empty buckets between the edges; the first and last are open-ended.

    Args:
        edges: Ascending; without any there are no buckets.
        count: Counts the products between a lowest and a highest price, both inclusive.
    """
    if not edges:
        return ()
    bounds = [None, *edges, None]
    buckets = [PriceBucket(low, high, count(low, high)) for low, high in pairwise(bounds)]
    return tuple(bucket for bucket in buckets if bucket.count)


def make_price_counter(prices: Sequence[float]) -> Callable[[float | None, float | None], int]:
    """Return the `count` function of `build_price_buckets` for prices in memory."""
    values = np.asarray(prices, dtype=np.float64)

    def count(low: float | None, high: float | None) -> int:
        lowest = -np.inf if low is None else low
        highest = np.inf if high is None else high
        return int(((values >= lowest) & (values <= highest)).sum())

    return count


def _round_price(price: float) -> float:
    """Return a price with one significant digit, or one and a half: 10, 15, 20, 30, ..., 100."""
    if price <= 0:
        return 0.0
    magnitude = 10.0 ** math.floor(math.log10(price))
    leading_digits = price / magnitude
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)
    nearest = min(steps, key=lambda step: abs(step - leading_digits)) * magnitude
    return float(f"{nearest:.2g}")  # 3 * 0.1 is a little more than 0.3
