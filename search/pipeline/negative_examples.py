"""Demotes candidates by their similarity to negative examples: products and photos."""

from collections.abc import Sequence

import numpy as np

from index import ProductIndex, ProductQuery
from search.retrieval.fusion import (
    MAX_COSINE,
    ScoreNormalization,
    normalize_theoretical_min_max,
)
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.ranking import CandidateSet
from shopwindow.values import Vectors

NEGATIVE_EXAMPLES = "negative_examples"
"""Name of the contribution."""

NEGATIVE_WEIGHT = 1.0
"""Taken off a candidate that is the same; one no more similar than chance loses nothing."""


def penalize_negatives(
    candidates: CandidateSet,
    negatives: Sequence[tuple[str, Vectors]],
    index: ProductIndex,
    baseline: BaselineSample,
) -> CandidateSet:
    """Lower each candidate's score by its highest similarity to a negative example.

    Args:
        candidates: Best first.
        negatives: Each example's vector name, PHOTO or TEXT, and unit vector, shape (dim,).
        index: Has the vectors of the candidates.
        baseline: What similarity is chance.

    Returns:
        The candidates in their new order, ties by id.
    """
    if not negatives or not candidates:
        return candidates
    queries = [
        ProductQuery(using, vector, include_ids=candidates.ids, limit=len(candidates), exact=True)
        for using, vector in negatives
    ]
    similarities = np.zeros(len(candidates))
    for (using, vector), scored in zip(negatives, index.query(queries), strict=True):
        random = baseline.estimate_baseline(using, index.project(using, vector))
        normalization = ScoreNormalization(random.mean if random else 0.0, MAX_COSINE)
        scores = np.array([score for _, score in scored], dtype=np.float64)
        rows = [candidates.positions[product_id] for product_id, _ in scored]
        normalized = normalize_theoretical_min_max(scores, normalization)
        similarities[rows] = np.maximum(similarities[rows], normalized)
    penalties = NEGATIVE_WEIGHT * similarities
    return candidates.add(NEGATIVE_EXAMPLES, np.where(penalties > 0, -penalties, np.nan)).sort()
