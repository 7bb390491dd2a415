"""Diversifies results by maximal marginal relevance over the similarity of products."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.product_index import ProductIndex
from index.store.points import PHOTO, TEXT, Point
from search.retrieval.fusion import Candidate
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.values.encoder import Vectors

DIVERSITY = "diversity"
"""Name of the contribution."""


def diversify(
    candidates: Sequence[Candidate], diversity: float, index: ProductIndex, baseline: BaselineSample
) -> list[Candidate]:
    """Reorder candidates one by one: each next one has the best score less its similarity penalty.

    The penalty is the highest similarity to a candidate already selected, times `diversity`. The
    resulting scores never rise down the list: penalties of the remaining candidates only grow.

    Source: maximal marginal relevance; Carbonell and Goldstein, The Use of MMR (SIGIR 1998), with
    a weight on the similarity alone instead of a trade-off between both.

    Args:
        candidates: Best first.
        diversity: Weight of the similarity: 0 keeps the order; at 1 showing the same photo again
            costs as much as the highest possible relevance.
        index: Has the vectors.
        baseline: What similarity is chance.

    Returns:
        The candidates in their new order, with the penalty as a negative contribution.
    """
    if not diversity or len(candidates) < 2:
        return list(candidates)
    similarities = _compute_similarities(candidates, index, baseline)
    scores = np.array([candidate.score for candidate in candidates])
    max_similarity = np.zeros(len(candidates))
    is_remaining = np.ones(len(candidates), dtype=bool)
    selected: list[Candidate] = []
    while is_remaining.any():
        marginal = np.where(is_remaining, scores - diversity * max_similarity, -np.inf)
        best = int(np.argmax(marginal))
        penalty = diversity * float(max_similarity[best])
        contribution = {DIVERSITY: -penalty} if penalty else {}
        selected.append(candidates[best].with_contributions(contribution))
        is_remaining[best] = False
        max_similarity = np.maximum(max_similarity, similarities[best])
    return selected


def _compute_similarities(
    candidates: Sequence[Candidate], index: ProductIndex, baseline: BaselineSample
) -> NDArray[np.float64]:
    """Return pairwise similarities: by photos where both have one, else by texts.

    Returns:
        Shape (n, n), from 0 (chance) to 1 (the same).
    """
    ids = [candidate.id for candidate in candidates]
    points_by_id = index.get_points(ids, (), vectors=True)
    points = [points_by_id.get(point_id) for point_id in ids]
    photos, texts = (_stack_vectors(points, name) for name in (PHOTO, TEXT))
    has_photo = photos.any(axis=1)  # (n,)
    both_have_photo = np.outer(has_photo, has_photo)  # (n, n)
    by_photo = baseline.compute_similarities(PHOTO, photos)
    return np.where(both_have_photo, by_photo, baseline.compute_similarities(TEXT, texts))


def _stack_vectors(points: Sequence[Point | None], name: str) -> Vectors:
    """Return the points' vectors of one name, zeros where there is none; shape (n, width)."""
    vectors = [None if point is None else point.vectors.get(name) for point in points]
    width = next((len(vector) for vector in vectors if vector is not None), 1)
    zeros = np.zeros(width, dtype=np.float32)
    return np.stack([zeros if vector is None else vector for vector in vectors])
