"""Complements of a product: products of other categories that go with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.association_measures import (
    Scores,
    compute_centered_cosines,
    compute_idf_cosines,
    compute_leverage,
    normalize_lift,
)
from shopwindow.ranking.basket_counts import BasketStatistics
from shopwindow.ranking.cold_start import round_robin
from shopwindow.ranking.complement_features import ComplementFeatures
from shopwindow.values import Vectors, check_vectors
from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class ComplementWeights:
    """Weights of the contributions to a complement's score, and the shrinkage of the counts.

    The first six weights add up to 1. They are near the proportions of a conditional
    logit (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974) of which
    products stand in a room with the anchor, fitted by `benchmarks/complement_weights.py`. Two
    were moved, as `benchmarks/complements.py` measures: co-purchase up, because hardly two products
    share more than one of those rooms and a shop counts hundreds of baskets, and popularity down to
    what breaks near ties, because more of it hides products that nobody has bought yet. Co-purchase
    counts more the more baskets contain the anchor: with `basket_half_weight` of them as much as
    everything else together.

    Attributes:
        co_purchase: Products in one basket more often than by chance; 0 to 1.
        category_lift: Categories in one basket more often than by chance; -1 to 1.
        visual_similarity: Similarity of photos above the baseline; -1 to 1.
        title_similarity: Shared title keywords, such as a series; 0 to 1.
        color_similarity: Shared colours; 0 to 1.
        popularity: Of the candidate; 0 to 1.
        department: Same department or another one; -1 to 1. The rooms have none, so it is set by
            judgement: a sofa does not call for a T-shirt of its colour.
        basket_shrinkage: Baskets added to the count of each product.
        category_shrinkage: Joint baskets that the lift of the parent categories is worth.
        basket_half_weight: Baskets of the anchor at which co-purchase is half of the score.

    Raises:
        InvalidValueError: A number is out of range; the error names it.
    """

    co_purchase: float = 0.17
    category_lift: float = 0.26
    visual_similarity: float = 0.07
    title_similarity: float = 0.36
    color_similarity: float = 0.12
    popularity: float = 0.02
    department: float = 0.1
    basket_shrinkage: float = 5.0
    category_shrinkage: float = 1.0
    basket_half_weight: float = 20.0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            InvalidValueError: A number is out of range.
        """
        for weight in fields(self):
            value = getattr(self, weight.name)
            if not 0 <= value < float("inf"):
                raise InvalidValueError(weight.name, "a number of zero or more", value)
        for name in ("basket_shrinkage", "category_shrinkage", "basket_half_weight"):
            if not getattr(self, name) > 0:
                raise InvalidValueError(name, "a number above 0", getattr(self, name))


DEFAULT_COMPLEMENT_WEIGHTS = ComplementWeights()


@dataclass(frozen=True, slots=True, eq=False)
class ScoredComplements:
    """Candidate complements with the contributions to their scores.

    Attributes:
        contributions: Contributions to the scores by name, each of shape (n_products,).
        is_eligible: Whether each may be shown, shape (n_products,): not the anchor itself, and not
            of its category unless both share baskets more often than by chance.
        categories: Category of each.
    """

    contributions: Mapping[str, Scores]
    is_eligible: NDArray[np.bool_]
    categories: tuple[str, ...]

    @property
    def scores(self) -> Scores:
        """Sum of the contributions, shape (n_products,); higher is better."""
        return np.asarray(sum(self.contributions.values()), dtype=np.float64)

    def select_best(self, limit: int, per_category: int = 2) -> list[int]:
        """Return the indices of the complements to show, best first.

        Args:
            limit: Most complements.
            per_category: Most of one category per round (see
                `shopwindow.ranking.cold_start.round_robin`): ten lamps do not go with a sofa.

        Raises:
            InvalidValueError: `per_category` is below 1.
        """
        eligible = np.flatnonzero(self.is_eligible)
        categories = [self.categories[index] for index in eligible.tolist()]
        return [
            int(eligible[index])
            for index in round_robin(self.scores[eligible], categories, limit, per_category)
        ]


def score_complements(
    anchor: ComplementFeatures,
    anchor_vector: Vectors,
    candidates: Sequence[ComplementFeatures],
    candidate_vectors: Vectors,
    statistics: BasketStatistics,
    weights: ComplementWeights = DEFAULT_COMPLEMENT_WEIGHTS,
) -> ScoredComplements:
    """Return the scores of candidates as complements of one product.

    Missing data (no photo, no category, no baskets) adds nothing.

    Args:
        anchor: The product.
        anchor_vector: Its unit vector, shape (dim,); zeros for none. What photos share with texts
            says more about complements than looks alone: leave out `EncoderSpec.image_only_dims`.
        candidates: The candidates.
        candidate_vectors: Their unit vectors, shape (n_products, dim); zeros where missing.
        statistics: Basket counts of the anchor.
        weights: Weights of the contributions.

    Returns:
        The candidates with their contributions.

    Raises:
        VectorError: A vector has another width, or values that are not finite.
        InvalidValueError: The numbers of vectors and candidates differ, or a popularity is outside
            0 to 1.
    """
    candidate_vectors, anchor_vector = _check_inputs(
        anchor_vector, candidates, candidate_vectors, statistics
    )
    if statistics.catalog_mean is None:
        catalog_mean = np.zeros_like(anchor_vector)
    else:
        catalog_mean = statistics.catalog_mean
    ids = [candidate.product_id for candidate in candidates]
    categories = [candidate.category for candidate in candidates]
    leverage = compute_leverage(statistics.products, ids, weights.basket_shrinkage)
    parent_categories = [candidate.parent_category for candidate in candidates]
    features = {
        "co_purchase": leverage,
        "category_lift": normalize_lift(
            statistics, categories, parent_categories, weights.category_shrinkage
        ),
        "visual_similarity": compute_centered_cosines(
            anchor_vector, candidate_vectors, catalog_mean
        ),
        "title_similarity": compute_idf_cosines(
            anchor.title_keywords, [candidate.title_keywords for candidate in candidates]
        ),
        "color_similarity": compute_idf_cosines(
            anchor.colors, [candidate.colors for candidate in candidates]
        ),
        "popularity": np.array(
            [candidate.popularity for candidate in candidates], dtype=np.float64
        ),
        "department": _compare_departments(anchor, candidates),
    }
    effective_weights = _compute_effective_weights(
        weights, features, statistics.products.anchor_count
    )
    is_other = np.array([product_id != anchor.product_id for product_id in ids], dtype=bool)
    is_substitute = np.array(
        [bool(category) and category == anchor.category for category in categories], dtype=bool
    )
    return ScoredComplements(
        {name: effective_weights[name] * feature for name, feature in features.items()},
        is_other & (~is_substitute | (leverage > 0)),
        tuple(categories),
    )


def _compute_effective_weights(
    weights: ComplementWeights, names: Iterable[str], anchor_count: float
) -> dict[str, float]:
    """Return the weights by name; the more baskets the anchor has, the more co-purchase counts."""
    basket_share = anchor_count / (anchor_count + weights.basket_half_weight)
    effective_weights = {name: (1 - basket_share) * getattr(weights, name) for name in names}
    effective_weights["co_purchase"] += basket_share
    return effective_weights


def _compare_departments(
    anchor: ComplementFeatures, candidates: Sequence[ComplementFeatures]
) -> Scores:
    """Return 1 for the anchor's department, -1 for another, 0 where unknown; (n_products,)."""
    scores = np.zeros(len(candidates))
    for index, candidate in enumerate(candidates):
        if candidate.department and anchor.department:
            scores[index] = 1.0 if candidate.department == anchor.department else -1.0
    return scores


def _check_inputs(
    anchor_vector: Vectors,
    candidates: Sequence[ComplementFeatures],
    candidate_vectors: Vectors,
    statistics: BasketStatistics,
) -> tuple[Vectors, Vectors]:
    """Return the checked candidate vectors and the checked anchor vector.

    Args:
        anchor_vector: Shape (dim,).
        candidates: The candidates.
        candidate_vectors: Shape (n_products, dim).
        statistics: Basket counts of the anchor, with the catalogue's mean vector.

    Returns:
        Candidate vectors, shape (n_products, dim), and the anchor vector, shape (dim,).

    Raises:
        VectorError: A vector has another width, or values that are not finite.
        InvalidValueError: The number of vectors is wrong, or a popularity is outside 0 to 1.
    """
    dim = np.shape(candidate_vectors)[-1] if np.ndim(candidate_vectors) else 0
    candidate_vectors = check_vectors(candidate_vectors, dim)
    if len(candidate_vectors) != len(candidates):
        expected = f"vectors of {len(candidates)} candidates"
        raise InvalidValueError("candidate_vectors", expected, len(candidate_vectors))
    if statistics.catalog_mean is not None:
        check_vectors(np.asarray(statistics.catalog_mean)[None], dim)
    invalid_ids = [
        candidate.product_id for candidate in candidates if not 0 <= candidate.popularity <= 1
    ]
    if invalid_ids:
        raise InvalidValueError("popularity", "values from 0 to 1", invalid_ids)
    return candidate_vectors, check_vectors(np.asarray(anchor_vector)[None], dim)[0]
