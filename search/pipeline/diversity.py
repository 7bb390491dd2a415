"""Diversifies results by maximal marginal relevance over the similarity of products."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index import IndexEntry, ProductIndex
from index.store import PHOTO, TEXT
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.ranking import CandidateSet
from shopwindow.values import Vectors

DIVERSITY = "diversity"
"""Name of the contribution."""


def diversify(
    candidates: CandidateSet, diversity: float, index: ProductIndex, baseline: BaselineSample
) -> CandidateSet:
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
        return candidates
    similarities = _compute_similarities(candidates.ids, index, baseline)
    max_similarity = np.zeros(len(candidates))
    is_remaining = np.ones(len(candidates), dtype=bool)
    order: list[int] = []
    penalties: list[float] = []
    while is_remaining.any():
        marginal = candidates.scores - diversity * max_similarity
        best = int(np.argmax(np.where(is_remaining, marginal, -np.inf)))
        order.append(best)
        penalties.append(diversity * float(max_similarity[best]))
        is_remaining[best] = False
        max_similarity = np.maximum(max_similarity, similarities[best])
    contribution = [-penalty if penalty else np.nan for penalty in penalties]
    return candidates.take(order).add(DIVERSITY, contribution)


def _compute_similarities(
    ids: Sequence[str], index: ProductIndex, baseline: BaselineSample
) -> NDArray[np.float64]:
    """Return pairwise similarities: by photos where both have one, else by texts.

    Returns:
        Shape (n, n), from 0 (chance) to 1 (the same).
    """
    entries_by_id = index.get_entries(ids, (), vectors=True)
    entries = [entries_by_id.get(product_id) for product_id in ids]
    photos, texts = (_stack_vectors(entries, name) for name in (PHOTO, TEXT))
    has_photo = photos.any(axis=1)  # (n,)
    both_have_photo = np.outer(has_photo, has_photo)  # (n, n)
    by_photo = baseline.compute_similarities(PHOTO, photos)
    return np.where(both_have_photo, by_photo, baseline.compute_similarities(TEXT, texts))


def _stack_vectors(entries: Sequence[IndexEntry | None], name: str) -> Vectors:
    """Return the products' vectors of one name, zeros where there is none; shape (n, width)."""
    vectors = [None if entry is None else entry.vectors.get(name) for entry in entries]
    width = next((len(vector) for vector in vectors if vector is not None), 1)
    zeros = np.zeros(width, dtype=np.float32)
    return np.stack([zeros if vector is None else vector for vector in vectors])
