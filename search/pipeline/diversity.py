"""Answers whose products differ: each is held back by its likeness to those before it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.product_index import ProductIndex
from index.store.points import PHOTO, TEXT, Point
from search.retrieval.fusion import Candidate
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.values.encoder import Vectors

DIVERSITY = "diversity"
"""Name of the part."""


def diversify(
    candidates: Sequence[Candidate], diversity: float, index: ProductIndex, baseline: BaselineSample
) -> list[Candidate]:
    """Choose one candidate after the other, each by its score less its likeness to those chosen.

    The scores that come of it never rise from one to the next: what is left only grows more like
    what was chosen.

    Source: maximal marginal relevance; Carbonell and Goldstein, The Use of MMR (SIGIR 1998), with
    the likeness weighed by the dial instead of both by shares.

    Args:
        candidates: Best first.
        diversity: 0 leaves the order; at 1 the same photo again costs as much as all relevance is worth.
        index: Has the vectors.
        baseline: What likeness is chance.

    Returns:
        The candidates in their new order, with what likeness took as a part.
    """
    if not diversity or len(candidates) < 2:
        return list(candidates)
    likeness = _likeness(candidates, index, baseline)
    scores = np.array([each.score for each in candidates])
    closest = np.zeros(len(candidates))
    left = np.ones(len(candidates), dtype=bool)
    chosen: list[Candidate] = []
    while left.any():
        best = int(np.argmax(np.where(left, scores - diversity * closest, -np.inf)))
        taken = diversity * float(closest[best])
        chosen.append(candidates[best].with_contributions({DIVERSITY: -taken} if taken else {}))
        left[best] = False
        closest = np.maximum(closest, likeness[best])
    return chosen


def _likeness(
    candidates: Sequence[Candidate], index: ProductIndex, background: BaselineSample
) -> NDArray[np.float64]:
    """Return how like each two candidates are: by their photos where both have one, else by texts.

    Returns:
        Shape (n, n), from 0 (chance) to 1 (the same).
    """
    ids = [each.id for each in candidates]
    points = index.get_points(ids, (), vectors=True)
    photos, texts = (_rows([points.get(each) for each in ids], name) for name in (PHOTO, TEXT))
    has_photo = photos.any(axis=1)
    both = np.outer(has_photo, has_photo)
    by_photo = background.compute_similarities(PHOTO, photos)
    return np.where(both, by_photo, background.compute_similarities(TEXT, texts))


def _rows(points: Sequence[Point | None], name: str) -> Vectors:
    vectors = [None if each is None else each.vectors.get(name) for each in points]
    width = next((len(each) for each in vectors if each is not None), 1)
    empty = np.zeros(width, dtype=np.float32)
    return np.stack([empty if each is None else each for each in vectors])  # (n, width)
