"""What hits should not be like: products and photos, as a part taken off their scores."""

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
"""Name of the part."""

NEGATIVE_WEIGHT = 1.0
"""Taken off what is the same; what is no more like than chance loses nothing."""


def penalize_negatives(
    candidates: Sequence[Candidate],
    negatives: Sequence[tuple[str, Vectors]],
    index: ProductIndex,
    baseline: BaselineSample,
) -> list[Candidate]:
    """Push back what is like something unwanted, by as much as it is like it.

    Args:
        candidates: Best first.
        negatives: What it should not be like: PHOTO or TEXT, and a unit vector of shape (dim,).
        index: Has the vectors of the candidates.
        baseline: What likeness is chance.

    Returns:
        The candidates in their new order.
    """
    if not negatives or not candidates:
        return list(candidates)
    among = tuple(each.id for each in candidates)
    legs = [
        VectorQuery(using, v, include_ids=among, limit=len(among), exact=True)
        for using, v in negatives
    ]
    taken: dict[str, float] = {}
    for (using, vector), scored in zip(negatives, index.query(legs), strict=True):
        chance = baseline.estimate_baseline(using, index.project(using, vector))
        scale = ScoreNormalization(chance.mean if chance else 0.0, MAX_COSINE)
        for (point, _), part in zip(
            scored, normalize_theoretical_min_max(scored, scale), strict=True
        ):
            taken[point] = max(taken.get(point, 0.0), NEGATIVE_WEIGHT * part)
    parts = {point: {NEGATIVE_EXAMPLES: -part} for point, part in taken.items() if part}
    kept = [each.with_contributions(parts.get(each.id, {})) for each in candidates]
    return sorted(kept, key=lambda each: (-each.score, each.id))
