"""Engagement estimates of products with few or no events, and slates without a profile."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopwindow.ranking.product_attributes import ProductAttributes
from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class EngagementPrior:
    """Beta prior of a product's engagement rate.

    Attributes:
        mean: Expected engagements per impression, in (0, 1).
        strength: Number of impressions that the prior is worth, above 0.

    Raises:
        InvalidValueError: A value is out of range.
    """

    mean: float = 0.05
    strength: float = 20.0

    def __post_init__(self) -> None:
        """Check both values.

        Raises:
            InvalidValueError: One is out of range.
        """
        if not 0 < self.mean < 1:
            raise InvalidValueError("mean", "a share between 0 and 1", self.mean)
        if not self.strength > 0:
            raise InvalidValueError("strength", "a number above 0", self.strength)


@dataclass(frozen=True, slots=True)
class EngagementEstimate:
    """Estimated engagement rates of products.

    Attributes:
        mean: Shape (n_products,), in (0, 1).
        standard_deviation: Uncertainty of each mean, shape (n_products,).
        strength: Impressions behind each mean, the prior's included, shape (n_products,).
    """

    mean: NDArray[np.float64]
    standard_deviation: NDArray[np.float64]
    strength: NDArray[np.float64]

    @classmethod
    def from_means(cls, mean: NDArray[np.float64], strength: NDArray[np.float64]) -> Self:
        """Return the estimates of Beta distributions, shape (n_products,)."""
        return cls(mean, np.sqrt(mean * (1 - mean) / (strength + 1)), strength)

    def with_counts(self, clicks: ArrayLike, impressions: ArrayLike) -> "EngagementEstimate":
        """Return the posterior estimates after more impressions.

        Args:
            clicks: Shape (n_products,), from 0 to `impressions`.
            impressions: Shape (n_products,).

        Raises:
            InvalidValueError: Counts are negative, there are more clicks than impressions, or the
                shapes differ.
        """
        n_clicks = np.asarray(clicks, dtype=np.float64)
        n_shown = np.asarray(impressions, dtype=np.float64)
        if n_clicks.shape != n_shown.shape or not ((n_clicks >= 0) & (n_clicks <= n_shown)).all():
            expected = "as many as `impressions`, each from 0 to it"
            raise InvalidValueError("clicks", expected, n_clicks.shape)
        strength = self.strength + n_shown
        return EngagementEstimate.from_means(
            (n_clicks + self.mean * self.strength) / strength, strength
        )

    def saturate(self, pivot: float) -> NDArray[np.float64]:
        """Return the means mapped to (0, 1), where `pivot` gives 0.5; shape (n_products,).

        Args:
            pivot: The usual engagement rate of a product, above 0.
        """
        return np.asarray(self.mean / (self.mean + pivot), dtype=np.float64)

    def estimate_selection_probabilities(
        self, rng: np.random.Generator, n_draws: int = 128
    ) -> NDArray[np.float64]:
        """Estimate the probability that Thompson sampling selects each product.

        The share of draws that a product wins, mixed with a tenth spread evenly, so that every
        product can be selected.

        Args:
            rng: Source of randomness.
            n_draws: Draws from the distribution of each product.

        Returns:
            Probabilities that add up to 1, shape (n_products,).

        Source: Thompson (1933); Chapelle and Li, An Empirical Evaluation of Thompson Sampling
            (2011).
        """
        n_products = len(self.mean)
        samples = rng.beta(
            self.mean * self.strength, (1 - self.mean) * self.strength, (n_draws, n_products)
        )
        wins = np.bincount(samples.argmax(axis=1), minlength=n_products) / n_draws
        return np.asarray(0.9 * wins + 0.1 / n_products, dtype=np.float64)


def estimate_engagement(
    clicks: ArrayLike, impressions: ArrayLike, prior: EngagementPrior
) -> EngagementEstimate:
    """Estimate engagement rates from counts and a prior.

    Args:
        clicks: Shape (n_products,), from 0 to `impressions`.
        impressions: Shape (n_products,).
        prior: The prior of every product.

    Returns:
        Means and deviations of the posterior Beta distributions.

    Raises:
        InvalidValueError: Counts are negative, or there are more clicks than impressions.

    Source: Gelman et al., Bayesian Data Analysis, section 2.4 (binomial model, conjugate prior).
    """
    n_products = np.shape(impressions)
    prior_estimate = EngagementEstimate.from_means(
        np.full(n_products, prior.mean), np.full(n_products, prior.strength)
    )
    return prior_estimate.with_counts(clicks, impressions)


def estimate_engagement_from_neighbors(
    clicks: ArrayLike,
    impressions: ArrayLike,
    weights: ArrayLike,
    prior: EngagementPrior,
    max_impressions: float = 100.0,
) -> EngagementEstimate:
    """Estimate engagement rates of products without events from those of similar products.

    Each neighbour lends its counts times its weight; the sum is scaled down to `max_impressions`
    impressions, because a thousand clicks on similar products are not a thousand on this one. The
    mean therefore lies between the prior's and the neighbours' own rate, and a further neighbour
    never lowers the strength.

    Args:
        clicks: Of the neighbours, shape (n_known,).
        impressions: Of the neighbours, shape (n_known,).
        weights: How similar they are, 0 to 1, shape (n_new, n_known).
        prior: The prior of every product.
        max_impressions: Most impressions that are lent to one product.

    Returns:
        Estimates of the new products, shape (n_new,).

    Raises:
        InvalidValueError: Counts or weights are out of range, or their shapes do not match.
    """
    neighbors = estimate_engagement(clicks, impressions, prior)  # checks the counts
    similarities = np.asarray(weights, dtype=np.float64)
    if similarities.ndim != 2 or similarities.shape[1] != len(neighbors.mean):
        shape = f"shape (n_new, {len(neighbors.mean)})"
        raise InvalidValueError("weights", shape, similarities.shape)
    if not ((similarities >= 0) & (similarities <= 1)).all():
        raise InvalidValueError("weights", "values from 0 to 1", similarities)
    borrowed_impressions = similarities @ np.asarray(impressions, dtype=np.float64)  # (n_new,)
    borrowed_clicks = similarities @ np.asarray(clicks, dtype=np.float64)
    scale = np.minimum(1.0, max_impressions / np.maximum(borrowed_impressions, 1e-12))
    borrowed_impressions, borrowed_clicks = borrowed_impressions * scale, borrowed_clicks * scale
    return estimate_engagement(
        np.minimum(borrowed_clicks, borrowed_impressions), borrowed_impressions, prior
    )


def round_robin(
    scores: ArrayLike, categories: Sequence[str], limit: int, per_round: int = 1
) -> list[int]:
    """Select the best products in rounds, in which each category gives its best remaining ones.

    Within a round the best product comes first; so the first products are of as many categories as
    there are, or of fewer where a category gives several per round.

    Args:
        scores: Higher is better, shape (n_products,); ties keep their order.
        categories: Category of each product.
        limit: Most products.
        per_round: Products that a category gives in one round.

    Returns:
        At most `limit` indices into `scores`, without repetition.

    Raises:
        InvalidValueError: The numbers of categories and scores differ, or `per_round` is below 1.
    """
    values = np.asarray(scores, dtype=np.float64)
    if len(categories) != len(values):
        raise InvalidValueError("categories", f"{len(values)} categories", len(categories))
    if per_round < 1:
        raise InvalidValueError("per_round", "a number of at least 1", per_round)
    rounds: list[tuple[int, int]] = []
    n_taken: defaultdict[str, int] = defaultdict(int)
    for index in np.argsort(-values, kind="stable").tolist():
        rounds.append((n_taken[categories[index]] // per_round, index))
        n_taken[categories[index]] += 1
    rounds.sort(key=lambda entry: entry[0])  # stable: within a round the best stay first
    return [index for _, index in rounds[:limit]]


def weigh_neighbors(
    cosines: ArrayLike,
    product: ProductAttributes,
    neighbors: Sequence[ProductAttributes],
    baseline_cosine: float = 0.3,
) -> NDArray[np.float64]:
    """Weigh how much the engagement of each neighbour says about a product.

    The weight is the similarity of their vectors above the baseline, squared because it fades
    fast, times the overlap of category, brand and price.

    Args:
        cosines: Of the neighbours with the product, shape (n_neighbors,).
        product: The product's attributes.
        neighbors: The neighbours' attributes.
        baseline_cosine: Cosine at which the similarity is 0.

    Returns:
        Weights from 0 to 1, shape (n_neighbors,).
    """
    similarities = (
        np.clip(
            (np.asarray(cosines, dtype=np.float64) - baseline_cosine) / (1 - baseline_cosine),
            0.0,
            1.0,
        )
        ** 2
    )
    return np.asarray(
        similarities * np.array([_attribute_overlap(product, neighbor) for neighbor in neighbors])
    )


def _attribute_overlap(product: ProductAttributes, neighbor: ProductAttributes) -> float:
    overlap = 0.4
    overlap += 0.3 * (bool(product.category) and product.category == neighbor.category)
    overlap += 0.15 * (bool(product.brand) and product.brand == neighbor.brand)
    return overlap + 0.15 * _price_closeness(product, neighbor)


def _price_closeness(product: ProductAttributes, neighbor: ProductAttributes) -> float:
    """Return 1 for equal prices, falling to 0 at half or twice the price; 0 where unknown."""
    if not (product.price and neighbor.price) or product.currency != neighbor.currency:
        return 0.0
    return max(0.0, 1 - abs(float(np.log2(product.price / neighbor.price))))
