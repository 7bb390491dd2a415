"""Score fusion: the ranked lists of several retrievers become one, scored by named contributions.

A retriever finds products in one way: by keywords, by text vector, from text to photo, from photo
to photo. Each fusion method gives a candidate one contribution per retriever that found it; the
score is the sum of its contributions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import ScoredProduct
from shopwindow.ranking import AdditiveRanker, CandidateSet, FeatureMatrix

RRF_K = 60

MAX_COSINE = 1.0
"""Cosine of a photo with itself."""

DBSF_N_STD = 3.0
"""Standard deviations on each side of the mean that map to 0 and 1."""


class ScoreNormalization(NamedTuple):
    """Two reference scores of a retriever, by which its scores compare with those of others.

    Attributes:
        floor: Score of a product that is unrelated to the query.
        ceiling: Score of a perfect match.
    """

    floor: float
    ceiling: float


Values: TypeAlias = NDArray[np.float64]

FusionMethod: TypeAlias = Callable[[Values, ScoreNormalization | None], Values]
"""Maps one retriever's scores, best first, shape (n,), to features from 0 to 1 in the same order.
Without a normalization, the best score returned counts as the ceiling."""


def normalize_rrf(scores: Values, _: ScoreNormalization | None = None) -> Values:
    """Return (k + 1) / (k + rank) for ranks from 1, which is 1 for the first.

    Source: Cormack, Clarke and Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet";
    k = 60 as there, scaled so that the first rank is worth 1.
    """
    return (RRF_K + 1) / (RRF_K + np.arange(1.0, len(scores) + 1))


def normalize_dbsf(scores: Values, _: ScoreNormalization | None = None) -> Values:
    """Return scores scaled so that mean -/+ 3 standard deviations become 0 and 1, clipped.

    Unlike minimum and maximum, mean and deviation hardly move with one outlier. Scores without
    spread all become 0.5.

    Source: distribution-based score fusion as in Qdrant's DBSF.
    """
    half_range = float(scores.std()) * DBSF_N_STD if len(scores) else 0.0
    if half_range <= 1e-9:
        return np.full(len(scores), 0.5)
    low = float(scores.mean()) - half_range
    return np.clip((scores - low) / (2 * half_range), 0.0, 1.0)


def normalize_theoretical_min_max(
    scores: Values, normalization: ScoreNormalization | None = None
) -> Values:
    """Return scores scaled from the normalization's floor (0) to its ceiling (1), clipped.

    A retriever that found nothing good hardly separates its candidates, and the other products in
    its list change no score: floor and ceiling depend on the query and the catalogue alone.

    Source: convex combination with theoretical minima; Bruch et al., An Analysis of Fusion
    Functions for Hybrid Retrieval (ACM TOIS 2023), section 4.
    """
    floor, ceiling = normalization or ScoreNormalization(0.0, float(scores.max(initial=0.0)))
    if ceiling - floor <= 1e-9:
        return np.zeros(len(scores))
    return np.clip((scores - floor) / (ceiling - floor), 0.0, 1.0)


def normalize_min_max(scores: Values, _: ScoreNormalization | None = None) -> Values:
    """Return scores scaled from their minimum (0) to their maximum (1); equal ones are all 1."""
    value_range = float(np.ptp(scores)) if len(scores) else 0.0
    if value_range <= 1e-9:
        return np.ones(len(scores))
    normalized: Values = (scores - scores.min()) / value_range
    return normalized


FUSION_METHODS: Mapping[str, FusionMethod] = {
    "theoretical_min_max": normalize_theoretical_min_max,
    "min_max": normalize_min_max,
    "dbsf": normalize_dbsf,
    "rrf": normalize_rrf,
}
"""Fusion methods by the name that the setting `search.fusion` takes."""


def fuse(
    results: Mapping[str, Sequence[ScoredProduct]],
    weights: Mapping[str, float],
    fusion: FusionMethod,
    normalizations: Mapping[str, ScoreNormalization] | None = None,
    limit: int | None = None,
) -> CandidateSet:
    """Fuse the results of all retrievers into one ranking.

    Args:
        results: Products by retriever, each best first.
        weights: By retriever; scaled to a sum of 1 over the retrievers in `results`.
        fusion: Maps one retriever's scores to features.
        normalizations: By retriever, for fusion methods that use them.
        limit: Most candidates returned; None for all.

    Returns:
        Unique candidates, best first, ties in the order of `hash_product_id`; the contribution of a
        retriever does not apply to what it did not find.
    """
    ids, features = extract_features(results, fusion, normalizations or {})
    total = sum(weights[name] for name in features.names) or 1.0
    ranker = AdditiveRanker({name: weights[name] / total for name in features.names})
    scores, contributions = ranker.score(features)
    return CandidateSet(ids, scores, contributions).sort(limit)


def extract_features(
    results: Mapping[str, Sequence[ScoredProduct]],
    fusion: FusionMethod,
    normalizations: Mapping[str, ScoreNormalization],
) -> tuple[tuple[str, ...], FeatureMatrix]:
    """Return the union of all results, and one feature per retriever.

    Args:
        results: Products by retriever, each best first.
        fusion: Maps one retriever's scores to features.
        normalizations: By retriever, for fusion methods that use them.

    Returns:
        Product ids, and features from 0 to 1 in the order of the retrievers' names, shape
        (n_products, n_retrievers); NaN where a retriever did not find a product.
    """
    names = tuple(sorted(results))
    rows: dict[str, int] = {}
    rows_by_name = [
        [rows.setdefault(product_id, len(rows)) for product_id, _ in results[name]]
        for name in names
    ]
    values = np.full((len(rows), len(names)), np.nan)
    for column, (name, found) in enumerate(zip(names, rows_by_name, strict=True)):
        scores = np.array([score for _, score in results[name]], dtype=np.float64)
        values[found, column] = fusion(scores, normalizations.get(name))
    return tuple(rows), FeatureMatrix(names, values)
