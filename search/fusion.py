"""Several ranked legs into one order, as a sum of named parts.

A leg is one way of finding: by words, by text vector, from text to photo, from photo to photo.
Each method gives every candidate one part per leg that found it; the score is the sum of the parts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from index.points import Scored

RRF_K = 60
SPREAD = 3.0


class Candidate(NamedTuple):
    """A point with its score and what each leg added; hundreds are made for each query.

    Attributes:
        id: Point id.
        score: Sum of the parts; higher is better.
        parts: By leg; a leg that did not find the point is missing.
    """

    id: str
    score: float
    parts: Mapping[str, float]


Fusion: TypeAlias = Callable[[Sequence[Scored]], list[float]]
"""The parts of one leg before its weight, in its order; from 0 to 1."""


def reciprocal_ranks(scored: Sequence[Scored]) -> list[float]:
    """Return (k + 1) / (k + rank), with ranks from 1: 1 for the first.

    Source: Cormack, Clarke and Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet";
    k = 60 as there, scaled so that the first place is worth 1.
    """
    return [(RRF_K + 1) / (RRF_K + rank) for rank in range(1, len(scored) + 1)]


def scores_over_spread(scored: Sequence[Scored]) -> list[float]:
    """Return the scores placed between mean - 3 and mean + 3 standard deviations of the leg.

    Unlike the least and greatest score, mean and deviation hardly move with one odd product.

    Source: distribution-based score fusion as in Qdrant's DBSF.
    """
    values = np.array([score for _, score in scored])
    spread = float(values.std()) * SPREAD if len(values) else 0.0
    if spread <= 1e-9:
        return [0.5] * len(scored)
    low = float(values.mean()) - spread
    placed: list[float] = np.clip((values - low) / (2 * spread), 0.0, 1.0).tolist()
    return placed


def scores_over_best(scored: Sequence[Scored]) -> list[float]:
    """Return the scores as shares of the leg's best; what is not above zero becomes zero.

    Zero means something to every leg: no word in common, no likeness. So a leg that found nothing
    good hardly tells its candidates apart, and the end of a leg's list does not move its scores.

    Source: convex combination with theoretical minima; Bruch et al., An Analysis of Fusion
    Functions for Hybrid Retrieval (ACM TOIS 2023), section 4.
    """
    values = np.array([score for _, score in scored])
    best = float(values.max(initial=0.0))
    if best <= 1e-9:
        return [0.0] * len(scored)
    placed: list[float] = np.clip(values / best, 0.0, 1.0).tolist()
    return placed


def scores_over_range(scored: Sequence[Scored]) -> list[float]:
    """Return the scores placed between the leg's least (0) and greatest (1)."""
    values = np.array([score for _, score in scored])
    span = float(np.ptp(values)) if len(values) else 0.0
    if span <= 1e-9:
        return [1.0] * len(scored)
    placed: list[float] = ((values - values.min()) / span).tolist()
    return placed


FUSIONS: Mapping[str, Fusion] = {
    "best": scores_over_best,
    "range": scores_over_range,
    "spread": scores_over_spread,
    "ranks": reciprocal_ranks,
}
"""Methods by the name that the setting `search.fusion` takes."""


def fuse(
    legs: Mapping[str, Sequence[Scored]], weights: Mapping[str, float], fusion: Fusion
) -> list[Candidate]:
    """Put the points of all legs in one order.

    Args:
        legs: Points by leg, each best first.
        weights: By leg; they are scaled to a sum of 1 over the legs given.
        fusion: How one leg's scores become parts.

    Returns:
        Every point once, best first; equal scores in the order of their ids.
    """
    total = sum(weights[name] for name in legs) or 1.0
    parts: dict[str, dict[str, float]] = {}
    for name in sorted(legs):
        share = weights[name] / total
        for (point, _), part in zip(legs[name], fusion(legs[name]), strict=True):
            parts.setdefault(point, {})[name] = part * share
    candidates = [Candidate(point, sum(each.values()), each) for point, each in parts.items()]
    return sorted(candidates, key=lambda each: (-each.score, each.id))
