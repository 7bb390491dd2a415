"""Tastes in what can be counted: categories, brands, colours, sizes, merchants and prices."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.product_attributes import PREFERENCE_FIELDS, ProductAttributes
from shopwindow.ranking.profile_settings import ProfileSettings

ValueWeights: TypeAlias = Mapping[str, Mapping[str, float]]
"""Weight of each value of each field; negative for what was turned down."""

_EMPTY: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LogPriceStats:
    """Mean and spread of the logarithms of prices.

    Attributes:
        weight: Sum of the weights.
        mean: Weighted mean.
        squared_deviations: Weighted sum of squared deviations from the mean.
    """

    weight: float = 0.0
    mean: float = 0.0
    squared_deviations: float = 0.0

    def with_price(self, log_price: float, weight: float) -> "LogPriceStats":
        """Return the taste after one more price.

        Source: West, Updating Mean and Variance Estimates (1979).
        """
        total = self.weight + weight
        off = log_price - self.mean
        mean = self.mean + off * weight / total
        return LogPriceStats(
            total, mean, self.squared_deviations + weight * off * (log_price - mean)
        )

    def decay(self, factor: float) -> "LogPriceStats":
        """Return the taste with its weight multiplied; the mean stays."""
        return LogPriceStats(self.weight * factor, self.mean, self.squared_deviations * factor)

    def score_prices(
        self, prices: NDArray[np.float64], settings: ProfileSettings
    ) -> NDArray[np.float64]:
        """Return how prices suit, in (-1, 1): 1 at the mean, -1 far away.

        Args:
            prices: Shape (n_products,); 0 for an unknown one, which neither suits nor does not: 0.
            settings: How tastes are read.
        """
        logs = np.log(np.where(prices > 0, prices, 1.0))
        fit = np.exp(-((logs - self.mean) ** 2) / (2 * self.estimate_variance(settings)))
        believed = self.weight / (self.weight + settings.shrinkage)
        return np.where(prices > 0, (2 * fit - 1) * believed, 0.0)

    def estimate_variance(self, settings: ProfileSettings) -> float:
        """Return the variance of the logarithms, drawn towards the usual one while few speak."""
        usual = settings.shrinkage * settings.log_price_deviation**2
        return (self.squared_deviations + usual) / (self.weight + settings.shrinkage)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was counted so far; nothing of it changes in place.

    Attributes:
        counts: Weight of each value of each field.
        totals: Of each field, the weight of everything, likes and dislikes alike.
        prices: Taste in prices by currency.
    """

    counts: ValueWeights = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, LogPriceStats] = field(default_factory=dict)

    def decay(self, factor: float) -> "Preferences":
        """Return the tastes with every weight multiplied."""
        if factor == 1.0:
            return self
        return Preferences(
            {name: {v: n * factor for v, n in some.items()} for name, some in self.counts.items()},
            {name: total * factor for name, total in self.totals.items()},
            {currency: taste.decay(factor) for currency, taste in self.prices.items()},
        )

    def with_interaction(
        self, attributes: ProductAttributes, weight: float, max_values_per_field: int
    ) -> "Preferences":
        """Return the tastes after one touch of a product.

        Args:
            attributes: About the product.
            weight: Of the touch; negative speaks against its values.
            max_values_per_field: Most values of a field that are kept; the faintest are forgotten.

        Returns:
            The tastes. A product that is turned down says nothing about its price.
        """
        counts, totals = dict(self.counts), dict(self.totals)
        for name in PREFERENCE_FIELDS:
            value = getattr(attributes, name)
            if value:
                known = self.counts.get(name, _EMPTY)
                counts[name] = _strongest(
                    {**known, value: known.get(value, 0.0) + weight}, max_values_per_field, value
                )
                totals[name] = totals.get(name, 0.0) + abs(weight)
        prices = dict(self.prices)
        if attributes.price and weight > 0:
            known_price = prices.get(attributes.currency, LogPriceStats())
            prices[attributes.currency] = known_price.with_price(math.log(attributes.price), weight)
        return Preferences(counts, totals, prices)

    def compute_shares(self, name: str, shrinkage: float) -> dict[str, float]:
        """Return the taste in each value of a field, in (-1, 1), drawn towards 0 while few speak.

        Args:
            name: The field.
            shrinkage: Weight at which a taste is believed half.
        """
        total = self.totals.get(name, 0.0) + shrinkage
        return {value: n / total for value, n in self.counts.get(name, _EMPTY).items()}


def _strongest(values: dict[str, float], limit: int, newest: str) -> dict[str, float]:
    """Return at most `limit` values; the newest stays, or no new one could ever begin."""
    if len(values) <= limit:
        return values
    faintest = min((v for v in values if v != newest), key=lambda v: (abs(values[v]), v))
    return {value: n for value, n in values.items() if value != faintest}
