"""Demotes candidates by their similarity to negative examples: products and photos."""

from collections.abc import Sequence

from index.product_index import ProductIndex
from index.store.points import VectorQuery
from search.retrieval.fusion import (
    MAX_COSINE,
    Candidate,
    ScoreNormalization,
    normalize_theoretical_min_max,
)
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.values.encoder import Vectors

NEGATIVE_EXAMPLES = "negative_examples"
"""Name of the contribution."""

NEGATIVE_WEIGHT = 1.0
"""Taken off a candidate that is the same; one no more similar than chance loses nothing."""


def penalize_negatives(
    candidates: Sequence[Candidate],
    negatives: Sequence[tuple[str, Vectors]],
    index: ProductIndex,
    baseline: BaselineSample,
) -> list[Candidate]:
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
        return list(candidates)
    ids = tuple(candidate.id for candidate in candidates)
    queries = [
        VectorQuery(using, vector, include_ids=ids, limit=len(ids), exact=True)
        for using, vector in negatives
    ]
    penalties: dict[str, float] = {}
    for (using, vector), scored in zip(negatives, index.query(queries), strict=True):
        random = baseline.estimate_baseline(using, index.project(using, vector))
        normalization = ScoreNormalization(random.mean if random else 0.0, MAX_COSINE)
        similarities = normalize_theoretical_min_max(scored, normalization)
        for (point_id, _), similarity in zip(scored, similarities, strict=True):
            penalty = NEGATIVE_WEIGHT * similarity
            penalties[point_id] = max(penalties.get(point_id, 0.0), penalty)
    contributions = {
        point_id: {NEGATIVE_EXAMPLES: -penalty}
        for point_id, penalty in penalties.items()
        if penalty
    }
    penalized = [hit.with_contributions(contributions.get(hit.id, {})) for hit in candidates]
    return sorted(penalized, key=lambda hit: (-hit.score, hit.id))
