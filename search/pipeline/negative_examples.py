"""What hits should not be like: products and photos, as a part taken off their scores."""

from collections.abc import Sequence

from index.product_index import ProductIndex
from index.store.points import LegQuery
from search.retrieval.fusion import SAME_PHOTO, Candidate, Scale, scores_on_scale
from search.retrieval.similarity_baseline import Background
from shopwindow.values.encoder import Vectors

AVOID = "avoid"
"""Name of the part."""

WEIGHT = 1.0
"""Taken off what is the same; what is no more like than chance loses nothing."""


def avoided(
    candidates: Sequence[Candidate],
    unwanted: Sequence[tuple[str, Vectors]],
    index: ProductIndex,
    background: Background,
) -> list[Candidate]:
    """Push back what is like something unwanted, by as much as it is like it.

    Args:
        candidates: Best first.
        unwanted: What it should not be like: PHOTO or TEXT, and a unit vector of shape (dim,).
        index: Has the vectors of the candidates.
        background: What likeness is chance.

    Returns:
        The candidates in their new order.
    """
    if not unwanted or not candidates:
        return list(candidates)
    among = tuple(each.id for each in candidates)
    legs = [LegQuery(using, v, among=among, limit=len(among), exact=True) for using, v in unwanted]
    taken: dict[str, float] = {}
    for (using, vector), scored in zip(unwanted, index.query(legs), strict=True):
        chance = background.chance(using, index.cut(using, vector))
        scale = Scale(chance.mean if chance else 0.0, SAME_PHOTO)
        for (point, _), part in zip(scored, scores_on_scale(scored, scale), strict=True):
            taken[point] = max(taken.get(point, 0.0), WEIGHT * part)
    parts = {point: {AVOID: -part} for point, part in taken.items() if part}
    kept = [each.plus(parts.get(each.id, {})) for each in candidates]
    return sorted(kept, key=lambda each: (-each.score, each.id))
