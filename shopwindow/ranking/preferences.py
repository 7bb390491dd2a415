"""Preferences for attribute values: categories, brands, colours, sizes, merchants and prices."""

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
"""Weight of each value by field; negative for disliked ones."""

_EMPTY: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LogPriceStats:
    """Weighted mean and variance of log prices.

    Attributes:
        weight: Sum of the weights.
        mean: Weighted mean.
        squared_deviations: Weighted sum of squared deviations from the mean.
    """

    weight: float = 0.0
    mean: float = 0.0
    squared_deviations: float = 0.0

    def with_price(self, log_price: float, weight: float) -> "LogPriceStats":
        """Return the statistics after one more price.

        Source: West, Updating Mean and Variance Estimates (1979).
        """
        total = self.weight + weight
        delta = log_price - self.mean
        mean = self.mean + delta * weight / total
        return LogPriceStats(
            total, mean, self.squared_deviations + weight * delta * (log_price - mean)
        )

    def decay(self, factor: float) -> "LogPriceStats":
        """Return the statistics with their weight multiplied by a factor; the mean stays."""
        return LogPriceStats(self.weight * factor, self.mean, self.squared_deviations * factor)

    def score_prices(
        self, prices: NDArray[np.float64], settings: ProfileSettings
    ) -> NDArray[np.float64]:
        """Return scores of prices, in (-1, 1): 1 at the mean, -1 far away.

        Args:
            prices: Shape (n_products,); 0 where unknown, which scores 0.
            settings: Shrinkage and the prior deviation.
        """
        logs = np.log(np.where(prices > 0, prices, 1.0))
        closeness = np.exp(-((logs - self.mean) ** 2) / (2 * self.estimate_variance(settings)))
        confidence = self.weight / (self.weight + settings.shrinkage)
        return np.where(prices > 0, (2 * closeness - 1) * confidence, 0.0)

    def estimate_variance(self, settings: ProfileSettings) -> float:
        """Return the variance of log prices, shrunk towards the prior while the weight is low."""
        prior = settings.shrinkage * settings.log_price_deviation**2
        return (self.squared_deviations + prior) / (self.weight + settings.shrinkage)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Weights of attribute values and prices, immutable.

    Attributes:
        counts: Weight of each value, by field.
        totals: Sum of the absolute weights, by field.
        prices: Log price statistics, by currency.
    """

    counts: ValueWeights = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, LogPriceStats] = field(default_factory=dict)

    def decay(self, factor: float) -> "Preferences":
        """Return the preferences with every weight multiplied by a factor."""
        if factor == 1.0:
            return self
        return Preferences(
            {
                name: {v: n * factor for v, n in weights.items()}
                for name, weights in self.counts.items()
            },
            {name: total * factor for name, total in self.totals.items()},
            {currency: stats.decay(factor) for currency, stats in self.prices.items()},
        )

    def with_interaction(
        self, attributes: ProductAttributes, weight: float, max_values_per_field: int
    ) -> "Preferences":
        """Return the preferences after one interaction with a product.

        Args:
            attributes: The product's attributes.
            weight: Of the interaction; negative lowers the weights of its values.
            max_values_per_field: Most values that are kept per field; the weakest is dropped.

        Returns:
            The updated preferences. Negative interactions leave the prices as they were.
        """
        counts, totals = dict(self.counts), dict(self.totals)
        for name in PREFERENCE_FIELDS:
            value = getattr(attributes, name)
            if value:
                weights = self.counts.get(name, _EMPTY)
                counts[name] = _keep_strongest(
                    {**weights, value: weights.get(value, 0.0) + weight},
                    max_values_per_field,
                    value,
                )
                totals[name] = totals.get(name, 0.0) + abs(weight)
        prices = dict(self.prices)
        if attributes.price and weight > 0:
            price_stats = prices.get(attributes.currency, LogPriceStats())
            prices[attributes.currency] = price_stats.with_price(math.log(attributes.price), weight)
        return Preferences(counts, totals, prices)

    def compute_shares(self, name: str, shrinkage: float) -> dict[str, float]:
        """Return the preference for each value of a field, in (-1, 1).

        Args:
            name: The field.
            shrinkage: Weight at which a preference counts half; lower weights shrink towards 0.
        """
        total = self.totals.get(name, 0.0) + shrinkage
        return {value: n / total for value, n in self.counts.get(name, _EMPTY).items()}


def _keep_strongest(values: dict[str, float], limit: int, newest: str) -> dict[str, float]:
    """Return at most `limit` values; the newest stays, or no new value could ever begin."""
    if len(values) <= limit:
        return values
    weakest = min((v for v in values if v != newest), key=lambda v: (abs(values[v]), v))
    return {value: n for value, n in values.items() if value != weakest}
