"""Co-engagement scores: products that other visitors saw together with a visitor's products."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class CoEngagementSettings:
    """How co-occurrence counts become scores; `benchmarks/sequence_choice.py` chose the numbers.

    Attributes:
        n_recent: How many of the most recent products are seeds.
        half_life_products: Number of more recent products after which a seed's weight halves.
        asymmetry: Exponent of the seed's count, 0 to 1; the partner's has the rest. At 0.5 the
            score is the cosine; at 1 it is the share of the seed's visits that contain the partner
            too, by which a product that everybody sees is everybody's best partner.
        shrinkage: Added to the denominator, in visits: rare co-occurrences score lower.

    Raises:
        InvalidValueError: A number is out of range; the error names it.
    """

    n_recent: int = 5
    half_life_products: float = 1.5
    asymmetry: float = 0.7
    shrinkage: float = 10.0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            InvalidValueError: A number is out of range.
        """
        self._check_range("n_recent", self.n_recent >= 1, "a number of at least 1")
        self._check_range("half_life_products", self.half_life_products > 0, "a number above 0")
        self._check_range("asymmetry", 0 <= self.asymmetry <= 1, "a share from 0 to 1")
        self._check_range("shrinkage", 0 <= self.shrinkage < math.inf, "a number of zero or more")

    def _check_range(self, name: str, is_valid: bool, expected: str) -> None:
        if not is_valid:
            raise InvalidValueError(name, expected, getattr(self, name))


DEFAULT_CO_ENGAGEMENT_SETTINGS = CoEngagementSettings()


def recency_weights(
    newest_first: Iterable[str], settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS
) -> dict[str, float]:
    """Return weights of the most recent products: 1 for the newest, less for older ones.

    Args:
        newest_first: Product ids of interactions; a repeated product counts once, from its newest.
        settings: How many count, and how fast their weight decays.

    Returns:
        Weights by product id, in (0, 1], newest first.
    """
    last = islice(dict.fromkeys(newest_first), settings.n_recent)
    return {
        product_id: 0.5 ** (rank / settings.half_life_products)
        for rank, product_id in enumerate(last)
    }


def score_co_engagement(
    seed_weights: Mapping[str, float],
    cooccurrences: Mapping[str, Mapping[str, float]],
    counts: Mapping[str, float],
    settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS,
    include_seeds: bool = False,
) -> dict[str, float]:
    """Score products by their co-occurrence with a visitor's recent products.

    The score of j is the weighted mean, over the seeds i, of their cosine with j:

        sum_i w_i c_ij / (n_i^a n_j^(1 - a) + h)  /  sum_i w_i

    with c_ij the visits that contain both, n the visits that contain one, a the asymmetry and h
    the shrinkage. The order of interactions matters for the weights alone: which of two products
    came first in other visits is not counted.

    Args:
        seed_weights: Weight of each seed, zero or more; see `recency_weights`.
        cooccurrences: By seed, the number of visits that contain it and each partner; the strongest
            partners alone will do. A seed whose partners are unknown may be missing.
        counts: In how many visits a product occurs; of everything in `cooccurrences`.
        settings: How co-occurrence counts become scores.
        include_seeds: Whether the seeds may be scored. Each then counts as its own partner in all
            of its visits, with a cosine of 1.

    Returns:
        Scores by product id, above 0 and at most 1, best first, ties by id. Empty for a visitor
        without interactions.

    Raises:
        InvalidValueError: A weight or count is negative or not finite, a partner has no count, or
            a pair has more visits than one of its products.

    Source: Aiolli, Efficient Top-N Recommendation for Very Large Scale Binary Rated Datasets
        (RecSys 2013), section 3.2, for the asymmetric cosine; Ferrari Dacrema et al., Are We Really
        Making Much Progress? (RecSys 2019), section 3.2 (ItemKNN), for the term that shrinks it.
    """
    total = _sum_weights(seed_weights)
    scores = dict(seed_weights) if include_seeds else {}
    for seed_id, weight in seed_weights.items():
        pair_counts = {
            partner_id: n
            for partner_id, n in cooccurrences.get(seed_id, {}).items()
            if partner_id != seed_id
        }
        contributions = weight * _cosines(seed_id, pair_counts, counts, settings)
        for partner_id, contribution in zip(pair_counts, contributions.tolist(), strict=True):
            scores[partner_id] = scores.get(partner_id, 0.0) + contribution
    excluded = () if include_seeds else seed_weights
    means = {product_id: score / total for product_id, score in scores.items() if score > 0}
    ranked = sorted(means.items(), key=lambda item: (-item[1], item[0]))
    return {
        product_id: mean for product_id, mean in ranked if mean > 0 and product_id not in excluded
    }


def _sum_weights(seed_weights: Mapping[str, float]) -> float:
    """Return the sum of the weights.

    Raises:
        InvalidValueError: A weight is negative or not finite.
    """
    for seed_id, weight in seed_weights.items():
        if not 0 <= weight < math.inf:
            raise InvalidValueError(
                f"seed_weights[{seed_id!r}]", "a weight of zero or more", weight
            )
    return sum(seed_weights.values())


def _cosines(
    seed_id: str,
    pair_counts: Mapping[str, float],
    counts: Mapping[str, float],
    settings: CoEngagementSettings,
) -> NDArray[np.float64]:
    """Return the asymmetric cosines of a seed and its partners, 0 to 1, shape (n_partners,).

    Raises:
        InvalidValueError: A pair has more visits than one of its products, or none has a count.
    """
    pair_values = np.fromiter(pair_counts.values(), dtype=np.float64, count=len(pair_counts))
    partner_counts = np.fromiter(
        (counts.get(partner_id, 0.0) for partner_id in pair_counts), np.float64, len(pair_counts)
    )
    seed_count = counts.get(seed_id, 0.0)
    max_pairs = np.minimum(partner_counts, seed_count)  # (n_partners,)
    is_valid = (
        (pair_values >= 0) & (pair_values <= max_pairs) & (max_pairs > 0) & np.isfinite(max_pairs)
    )
    if not is_valid.all():
        first_bad = int(np.flatnonzero(~is_valid)[0])
        partner_id = list(pair_counts)[first_bad]
        raise InvalidValueError(
            f"cooccurrences[{seed_id!r}][{partner_id!r}]",
            f"from 0 to the counts of both, over 0; they are {seed_count} and "
            f"{partner_counts[first_bad]}",
            float(pair_values[first_bad]),
        )
    asymmetry = settings.asymmetry
    norms = seed_count**asymmetry * partner_counts ** (1 - asymmetry)
    return np.asarray(pair_values / (norms + settings.shrinkage), dtype=np.float64)
