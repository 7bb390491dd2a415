"""Prices of an answer in a few ranges with round ends."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from shopwindow.values.response import PriceBucket

N_PRICE_BUCKETS = 5
PRICE_SAMPLE_SIZE = 400
"""Products whose prices say where the ends of ranges are."""


def compute_bucket_edges(prices: Sequence[float]) -> list[float]:
    """Return round numbers that cut prices into at most five parts of about the same size.

    Args:
        prices: Any number of prices.

    Returns:
        Ascending; none where the prices do not differ enough.
    """
    if len(prices) < 2 or min(prices) == max(prices):
        return []
    shares = np.linspace(0, 1, N_PRICE_BUCKETS + 1)[1:-1]
    edges = sorted({_rounded(float(each)) for each in np.quantile(prices, shares)})
    return [each for each in edges if min(prices) < each < max(prices)]


def build_price_buckets(
    edges: Sequence[float], count: Callable[[float | None, float | None], int]
) -> tuple[PriceBucket, ...]:
    """Return the ranges between the edges that have products, the first and last open.

    Args:
        edges: Ascending; without any there are no ranges.
        count: How many products cost at least and at most so much, both inclusive.
    """
    if not edges:
        return ()
    ends = [None, *edges, None]
    found = [PriceBucket(low, high, count(low, high)) for low, high in pairwise(ends)]
    return tuple(each for each in found if each.count)


def make_price_counter(prices: Sequence[float]) -> Callable[[float | None, float | None], int]:
    """Return the count for `build_price_buckets` over prices that are known."""
    values = np.asarray(prices, dtype=np.float64)

    def count(low: float | None, high: float | None) -> int:
        above = -np.inf if low is None else low
        below = np.inf if high is None else high
        return int(((values >= above) & (values <= below)).sum())

    return count


def _rounded(price: float) -> float:
    """Return a price with one significant digit, or one and a half: 10, 15, 20, 30, ..., 100."""
    if price <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(price))
    digits = price / size
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)
    nearest = min(steps, key=lambda step: abs(step - digits)) * size
    return float(f"{nearest:.2g}")  # 3 * 0.1 is a little more than 0.3
