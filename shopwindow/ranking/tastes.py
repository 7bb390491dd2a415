"""Tastes in what can be counted: categories, brands, colours, sizes, merchants and prices."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.product_attributes import FIELDS, Facts
from shopwindow.ranking.profile_settings import ProfileSettings

Counts: TypeAlias = Mapping[str, Mapping[str, float]]
"""Weight of each value of each field; negative for what was turned down."""

_EMPTY: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PriceTaste:
    """Mean and spread of the logarithms of prices.

    Attributes:
        weight: Sum of the weights.
        mean: Weighted mean.
        squares: Weighted sum of squared deviations from the mean.
    """

    weight: float = 0.0
    mean: float = 0.0
    squares: float = 0.0

    def seen(self, log_price: float, weight: float) -> "PriceTaste":
        """Return the taste after one more price.

        Source: West, Updating Mean and Variance Estimates (1979).
        """
        total = self.weight + weight
        off = log_price - self.mean
        mean = self.mean + off * weight / total
        return PriceTaste(total, mean, self.squares + weight * off * (log_price - mean))

    def decayed(self, factor: float) -> "PriceTaste":
        """Return the taste with its weight multiplied; the mean stays."""
        return PriceTaste(self.weight * factor, self.mean, self.squares * factor)

    def suits(self, prices: NDArray[np.float64], settings: ProfileSettings) -> NDArray[np.float64]:
        """Return how prices suit, in (-1, 1): 1 at the mean, -1 far away.

        Args:
            prices: Shape (n_products,); 0 for an unknown one, which neither suits nor does not: 0.
            settings: How tastes are read.
        """
        logs = np.log(np.where(prices > 0, prices, 1.0))
        fit = np.exp(-((logs - self.mean) ** 2) / (2 * self.variance(settings)))
        believed = self.weight / (self.weight + settings.shrink)
        return np.where(prices > 0, (2 * fit - 1) * believed, 0.0)

    def variance(self, settings: ProfileSettings) -> float:
        """Return the variance of the logarithms, drawn towards the usual one while few speak."""
        usual = settings.shrink * settings.price_deviation**2
        return (self.squares + usual) / (self.weight + settings.shrink)


@dataclass(frozen=True, slots=True)
class Tastes:
    """What was counted so far; nothing of it changes in place.

    Attributes:
        counts: Weight of each value of each field.
        totals: Of each field, the weight of everything, likes and dislikes alike.
        prices: Taste in prices by currency.
    """

    counts: Counts = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, PriceTaste] = field(default_factory=dict)

    def decayed(self, factor: float) -> "Tastes":
        """Return the tastes with every weight multiplied."""
        if factor == 1.0:
            return self
        return Tastes(
            {name: {v: n * factor for v, n in some.items()} for name, some in self.counts.items()},
            {name: total * factor for name, total in self.totals.items()},
            {currency: taste.decayed(factor) for currency, taste in self.prices.items()},
        )

    def touched(self, facts: Facts, weight: float, max_values: int) -> "Tastes":
        """Return the tastes after one touch of a product.

        Args:
            facts: About the product.
            weight: Of the touch; negative speaks against its values.
            max_values: Most values of a field that are kept; the faintest are forgotten.

        Returns:
            The tastes. A product that is turned down says nothing about its price.
        """
        counts, totals = dict(self.counts), dict(self.totals)
        for name in FIELDS:
            value = getattr(facts, name)
            if value:
                known = self.counts.get(name, _EMPTY)
                counts[name] = _strongest(
                    {**known, value: known.get(value, 0.0) + weight}, max_values, value
                )
                totals[name] = totals.get(name, 0.0) + abs(weight)
        prices = dict(self.prices)
        if facts.price and weight > 0:
            known_price = prices.get(facts.currency, PriceTaste())
            prices[facts.currency] = known_price.seen(math.log(facts.price), weight)
        return Tastes(counts, totals, prices)

    def shares(self, name: str, shrink: float) -> dict[str, float]:
        """Return the taste in each value of a field, in (-1, 1), drawn towards 0 while few speak.

        Args:
            name: The field.
            shrink: Weight at which a taste is believed half.
        """
        total = self.totals.get(name, 0.0) + shrink
        return {value: n / total for value, n in self.counts.get(name, _EMPTY).items()}


def _strongest(values: dict[str, float], limit: int, newest: str) -> dict[str, float]:
    """Return at most `limit` values; the newest stays, or no new one could ever begin."""
    if len(values) <= limit:
        return values
    faintest = min((v for v in values if v != newest), key=lambda v: (abs(values[v]), v))
    return {value: n for value, n in values.items() if value != faintest}
