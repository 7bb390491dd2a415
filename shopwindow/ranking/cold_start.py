"""What to expect of products and visitors that nothing happened with yet."""

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
    """What is expected of a product before anything is known: a Beta distribution.

    Attributes:
        mean: Expected share of impressions that become clicks (or whatever is counted), in (0, 1).
        strength: Impressions that it is worth, above 0.

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
    """Expected shares, one for each product.

    Attributes:
        mean: Shape (n_products,), in (0, 1).
        standard_deviation: How uncertain each is, as a standard deviation, shape (n_products,).
        strength: Impressions that each rests on, the prior's among them, shape (n_products,).
    """

    mean: NDArray[np.float64]
    standard_deviation: NDArray[np.float64]
    strength: NDArray[np.float64]

    @classmethod
    def from_means(cls, mean: NDArray[np.float64], strength: NDArray[np.float64]) -> Self:
        """Return the expectations of Beta distributions, shape (n_products,)."""
        return cls(mean, np.sqrt(mean * (1 - mean) / (strength + 1)), strength)

    def with_counts(self, clicks: ArrayLike, impressions: ArrayLike) -> "EngagementEstimate":
        """Return what is expected after something happened with the products.

        Args:
            clicks: Shape (n_products,), from 0 to `impressions`.
            impressions: Impressions, shape (n_products,).

        Raises:
            InvalidValueError: Counts are negative, or there are more clicks than impressions.
        """
        good, all_ = np.asarray(clicks, dtype=np.float64), np.asarray(impressions, dtype=np.float64)
        if good.shape != all_.shape or not ((good >= 0) & (good <= all_)).all():
            raise InvalidValueError("clicks", "as many as `shown`, each from 0 to it", good.shape)
        strength = self.strength + all_
        return EngagementEstimate.from_means(
            (good + self.mean * self.strength) / strength, strength
        )

    def saturate(self, pivot: float) -> NDArray[np.float64]:
        """Return how well each is received against the usual share, which has a half; 0 to 1.

        Args:
            pivot: What is expected of any product, above 0.
        """
        return np.asarray(self.mean / (self.mean + pivot), dtype=np.float64)

    def estimate_selection_probabilities(
        self, rng: np.random.Generator, n_draws: int = 128
    ) -> NDArray[np.float64]:
        """Return how probable Thompson sampling is to choose each of the products.

        A share of draws, with a tenth dealt out evenly, so that no product is out of reach.

        Args:
            rng: Draws.
            n_draws: Draws from the distribution of each product.

        Returns:
            Probabilities that add up to 1, shape (n_products,).

        Source: Thompson (1933); Chapelle and Li, An Empirical Evaluation of Thompson Sampling
            (2011).
        """
        n_products = len(self.mean)
        drawn = rng.beta(
            self.mean * self.strength, (1 - self.mean) * self.strength, (n_draws, n_products)
        )
        wins = np.bincount(drawn.argmax(axis=1), minlength=n_products) / n_draws
        return np.asarray(0.9 * wins + 0.1 / n_products, dtype=np.float64)


def estimate_engagement(
    clicks: ArrayLike, impressions: ArrayLike, prior: EngagementPrior
) -> EngagementEstimate:
    """Return what to expect of products by what happened with them.

    Args:
        clicks: Shape (n_products,), from 0 to `impressions`.
        impressions: Impressions, shape (n_products,).
        prior: What is expected of any product.

    Returns:
        Mean and deviation of the Beta distribution after the counts.

    Raises:
        InvalidValueError: Counts are negative, or there are more clicks than impressions.

    Source: Gelman et al., Bayesian Data Analysis, section 2.4 (binomial model, conjugate prior).
    """
    n_products = np.shape(impressions)
    before = EngagementEstimate.from_means(
        np.full(n_products, prior.mean), np.full(n_products, prior.strength)
    )
    return before.with_counts(clicks, impressions)


def estimate_engagement_from_neighbors(
    clicks: ArrayLike,
    impressions: ArrayLike,
    weights: ArrayLike,
    prior: EngagementPrior,
    max_impressions: float = 100.0,
) -> EngagementEstimate:
    """Return what to expect of products without events, by their neighbours.

    Each neighbour lends its counts, times the weight; what all lend together is cut to `max_impressions`
    impressions, because a thousand clicks on what is alike are not a thousand on the thing itself.
    So the mean lies between the prior's and the neighbours' own share, and a further neighbour
    never leaves it resting on less.

    Args:
        clicks: Of the products with events, shape (n_known,).
        impressions: Their impressions, shape (n_known,).
        weights: How alike they are, 0 to 1, shape (n_new, n_known).
        prior: What is expected of any product.
        max_impressions: Most impressions that are lent.

    Returns:
        Expectations of the new products, shape (n_new,).

    Raises:
        InvalidValueError: Counts or weights have no sense, or do not fit each other.
    """
    known = estimate_engagement(clicks, impressions, prior)  # checks the counts
    likeness = np.asarray(weights, dtype=np.float64)
    if likeness.ndim != 2 or likeness.shape[1] != len(known.mean):
        shape = f"shape (n_new, {len(known.mean)})"
        raise InvalidValueError("weights", shape, likeness.shape)
    if not ((likeness >= 0) & (likeness <= 1)).all():
        raise InvalidValueError("weights", "values from 0 to 1", likeness)
    lent = likeness @ np.asarray(impressions, dtype=np.float64)  # (n_new,)
    good = likeness @ np.asarray(clicks, dtype=np.float64)
    kept = np.minimum(1.0, max_impressions / np.maximum(lent, 1e-12))
    lent, good = lent * kept, good * kept
    return estimate_engagement(np.minimum(good, lent), lent, prior)


def round_robin(
    scores: ArrayLike, categories: Sequence[str], limit: int, per_round: int = 1
) -> list[int]:
    """Return places of the best products, taken from the categories by turns.

    In each turn every category gives its best product that is left, the best of them first; so the
    first products are of as many categories as there are, or of fewer where a turn gives more.

    Args:
        scores: Higher is better, shape (n_products,); equal ones keep their order.
        categories: Category of each product.
        limit: Most products.
        per_round: Products that a category gives in one turn.

    Returns:
        At most `limit` places in `scores`, each once.

    Raises:
        InvalidValueError: There are more or fewer categories than scores, or a turn gives nothing.
    """
    values = np.asarray(scores, dtype=np.float64)
    if len(categories) != len(values):
        raise InvalidValueError("categories", f"{len(values)} of them", len(categories))
    if per_round < 1:
        raise InvalidValueError("per_turn", "a number of at least 1", per_round)
    turns: list[tuple[int, int]] = []
    taken: defaultdict[str, int] = defaultdict(int)
    for place in np.argsort(-values, kind="stable").tolist():
        turns.append((taken[categories[place]] // per_round, place))
        taken[categories[place]] += 1
    turns.sort(key=lambda turn: turn[0])  # stable: within a turn the best stay first
    return [place for _, place in turns[:limit]]


def weigh_neighbors(
    cosines: ArrayLike,
    product: ProductAttributes,
    others: Sequence[ProductAttributes],
    baseline_cosine: float = 0.3,
) -> NDArray[np.float64]:
    """Return how much each neighbour's history says about a product.

    The likeness of their vectors above chance, squared because it fades fast, times how far
    category, brand and price agree.

    Args:
        cosines: Of the neighbours with the product, shape (n_others,).
        product: Facts about the product.
        others: Facts about the neighbours.
        baseline_cosine: Cosine from which on there is likeness.

    Returns:
        Weights from 0 to 1, shape (n_others,).
    """
    near = (
        np.clip(
            (np.asarray(cosines, dtype=np.float64) - baseline_cosine) / (1 - baseline_cosine),
            0.0,
            1.0,
        )
        ** 2
    )
    return np.asarray(near * np.array([_common(product, each) for each in others]))


def _common(one: ProductAttributes, other: ProductAttributes) -> float:
    share = 0.4
    share += 0.3 * (bool(one.category) and one.category == other.category)
    share += 0.15 * (bool(one.brand) and one.brand == other.brand)
    return share + 0.15 * _near_price(one, other)


def _near_price(one: ProductAttributes, other: ProductAttributes) -> float:
    """Return 1 for equal prices, falling to 0 at half or twice the price."""
    if not (one.price and other.price) or one.currency != other.currency:
        return 0.0
    return max(0.0, 1 - abs(float(np.log2(one.price / other.price))))
