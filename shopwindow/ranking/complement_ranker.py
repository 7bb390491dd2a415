"""What goes with a product: things of other kinds that are bought, or look and are named, alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.basket_counts import BasketStatistics
from shopwindow.ranking.co_occurrence_rules import (
    Scores,
    compute_centered_cosines,
    compute_idf_cosines,
    compute_leverage,
    normalize_lift,
)
from shopwindow.ranking.cold_start import round_robin
from shopwindow.ranking.complement_features import ComplementFeatures
from shopwindow.values.arrays import check_vectors
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class ComplementWeights:
    """What each part counts, and how much evidence is believed.

    The six first weights add up to 1. They are near the proportions of a conditional
    logit (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974) of which
    things stand in a room with the anchor, fitted by `benchmarks/complement_weights.py`. Two were
    moved, which `benchmarks/complements.py` measures: baskets up, because hardly two things are in
    more than one of those rooms and a shop counts hundreds of baskets, and popularity down to what
    decides near ties, because more of it hides what nobody bought yet. The more baskets the anchor
    is in, the more they count: with `basket_half_weight` of them as much as everything else together.

    Attributes:
        co_purchase: Bought or shown together more often than by chance; 0 to 1.
        category_lift: Kinds that are together more often than by chance; -1 to 1.
        visual_similarity: Likeness of photos above chance; -1 to 1.
        title_similarity: Words of the titles that are shared, such as a series; 0 to 1.
        color_similarity: Colours that are shared; 0 to 1.
        popularity: Of the candidate; 0 to 1.
        department: In the same part of the shop, or in another one; -1 to 1. The rooms have none,
            so it is set by judgement: a sofa does not call for a T-shirt of its colour.
        basket_shrinkage: Baskets that are added to those of each product before they are believed.
        category_shrinkage: Joint baskets that those of two kinds' families are worth.
        basket_half_weight: Baskets of the anchor from which they count for half of the score.

    Raises:
        InvalidValueError: A number has no sense; the error names it.
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
        """Check that each number has sense.

        Raises:
            InvalidValueError: One has none.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if not 0 <= value < float("inf"):
                raise InvalidValueError(each.name, "a number of zero or more", value)
        for name in ("basket_shrinkage", "category_shrinkage", "basket_half_weight"):
            if not getattr(self, name) > 0:
                raise InvalidValueError(name, "a number above 0", getattr(self, name))


DEFAULT_COMPLEMENT_WEIGHTS = ComplementWeights()


@dataclass(frozen=True, slots=True, eq=False)
class ScoredComplements:
    """Candidates with what speaks for them.

    Attributes:
        contributions: What each kind of evidence adds to the scores, or takes off, by name.
        is_eligible: Whether each may be shown, shape (n_products,): not the anchor itself, and not
            one of its own kind unless it was in a basket with it more often than by chance.
        categories: Kind of each.
    """

    contributions: Mapping[str, Scores]
    is_eligible: NDArray[np.bool_]
    categories: tuple[str, ...]

    @property
    def scores(self) -> Scores:
        """The parts added up, shape (n_products,); higher is better."""
        return np.asarray(sum(self.contributions.values()), dtype=np.float64)

    def select_best(self, limit: int, per_category: int = 2) -> list[int]:
        """Return places of the candidates to show, best first.

        Args:
            limit: Most of them.
            per_category: Most of one kind before all others had as many (see `shopwindow.ranking.cold_start.round_robin`): ten
                lamps do not go with a sofa.

        Raises:
            InvalidValueError: `per_category` is below 1.
        """
        places = np.flatnonzero(self.is_eligible)
        kinds = [self.categories[n] for n in places.tolist()]
        return [
            int(places[n]) for n in round_robin(self.scores[places], kinds, limit, per_category)
        ]


def score_complements(
    anchor: ComplementFeatures,
    anchor_vector: Vectors,
    candidates: Sequence[ComplementFeatures],
    candidate_vectors: Vectors,
    statistics: BasketStatistics,
    weights: ComplementWeights = DEFAULT_COMPLEMENT_WEIGHTS,
) -> ScoredComplements:
    """Return how well candidates go with one product.

    What is unknown (no photo, no category, no baskets) adds nothing.

    Args:
        anchor: The product.
        anchor_vector: Its unit vector, shape (dim,); zeros for none. What a photo shares with texts says
            more about what goes together than its mere looks: leave out
            `EncoderSpec.image_only_dims`.
        candidates: The candidates.
        candidate_vectors: Their unit vectors, shape (n_products, dim); zeros for one without.
        statistics: What is known of the anchor and others.
        weights: What each part counts.

    Returns:
        Parts whose sum is the score.

    Raises:
        VectorError: A vector has another width, or values that are not finite.
        InvalidValueError: There are not as many vectors as candidates, or a popularity is not
            from 0 to 1.
    """
    candidate_vectors, own = _checked(anchor_vector, candidates, candidate_vectors, statistics)
    background = np.zeros_like(own) if statistics.catalog_mean is None else statistics.catalog_mean
    ids, kinds = [each.product_id for each in candidates], [each.category for each in candidates]
    together = compute_leverage(statistics.products, ids, weights.basket_shrinkage)
    families = [each.parent_category for each in candidates]
    values = {
        "co_purchase": together,
        "category_lift": normalize_lift(statistics, kinds, families, weights.category_shrinkage),
        "visual_similarity": compute_centered_cosines(own, candidate_vectors, background),
        "title_similarity": compute_idf_cosines(
            anchor.title_keywords, [each.title_keywords for each in candidates]
        ),
        "color_similarity": compute_idf_cosines(
            anchor.colors, [each.colors for each in candidates]
        ),
        "popularity": np.array([each.popularity for each in candidates], dtype=np.float64),
        "department": _same_department(anchor, candidates),
    }
    believed = statistics.products.anchor_count / (
        statistics.products.anchor_count + weights.basket_half_weight
    )
    weighed = {name: (1 - believed) * getattr(weights, name) for name in values}
    weighed["co_purchase"] += believed
    is_other = np.array([each != anchor.product_id for each in ids], dtype=bool)
    is_same = np.array([bool(each) and each == anchor.category for each in kinds], dtype=bool)
    return ScoredComplements(
        {name: weighed[name] * value for name, value in values.items()},
        is_other & (~is_same | (together > 0)),
        tuple(kinds),
    )


def _same_department(anchor: ComplementFeatures, offered: Sequence[ComplementFeatures]) -> Scores:
    """Return 1 for those of the anchor's department, -1 for others, 0 where one has none."""
    own = anchor.department
    places = [each.department for each in offered]
    return np.array([(1.0 if p == own else -1.0) if p and own else 0.0 for p in places])


def _checked(
    vector: Vectors,
    offered: Sequence[ComplementFeatures],
    rows: Vectors,
    evidence: BasketStatistics,
) -> tuple[Vectors, Vectors]:
    """Return the candidates' rows and the anchor's vector.

    Raises:
        InvalidValueError: The counts of rows, or a popularity, are wrong.
    """
    dim = np.shape(rows)[-1] if np.ndim(rows) else 0
    rows = check_vectors(rows, dim)
    if len(rows) != len(offered):
        raise InvalidValueError("rows", f"vectors of {len(offered)} candidates", len(rows))
    if evidence.catalog_mean is not None:
        check_vectors(np.asarray(evidence.catalog_mean)[None], dim)
    wrong = [each.product_id for each in offered if not 0 <= each.popularity <= 1]
    if wrong:
        raise InvalidValueError("popularity", "values from 0 to 1", wrong)
    return rows, check_vectors(np.asarray(vector)[None], dim)[0]
