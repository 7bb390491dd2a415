"""Several ranked legs into one order, as a sum of named parts.

A leg is one way of finding: by words, by text vector, from text to photo, from photo to photo.
Each method gives every candidate one part per leg that found it; the score is the sum of the parts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from index.store.points import Scored

RRF_K = 60

SAME_PHOTO = 1.0
"""Cosine of a photo with itself."""

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

    def plus(self, more: Mapping[str, float]) -> "Candidate":
        """Return the candidate with further parts; one of a name that it has takes its place."""
        if not more:
            return self
        parts = {**self.parts, **more}
        return Candidate(self.id, sum(parts.values()), parts)


class Scale(NamedTuple):
    """Scores of a leg that mean the same on every leg.

    Attributes:
        nothing: What a product scores that has nothing to do with the query.
        best: What one scores that is all that the leg can ask for.
    """

    nothing: float
    best: float


Fusion: TypeAlias = Callable[[Sequence[Scored], Scale | None], list[float]]
"""The parts of one leg before its weight, in its order; from 0 to 1. Without a scale, the best
score that came stands for the best there is."""


def reciprocal_ranks(scored: Sequence[Scored], _: Scale | None = None) -> list[float]:
    """Return (k + 1) / (k + rank), with ranks from 1: 1 for the first.

    Source: Cormack, Clarke and Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet";
    k = 60 as there, scaled so that the first place is worth 1.
    """
    return [(RRF_K + 1) / (RRF_K + rank) for rank in range(1, len(scored) + 1)]


def scores_over_spread(scored: Sequence[Scored], _: Scale | None = None) -> list[float]:
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


def scores_on_scale(scored: Sequence[Scored], scale: Scale | None = None) -> list[float]:
    """Return the scores placed between what is nothing to the query (0) and the best (1).

    A leg that found nothing good hardly tells its candidates apart, and what else is in its list
    moves no score: the scale is the query's and the catalogue's.

    Source: convex combination with theoretical minima; Bruch et al., An Analysis of Fusion
    Functions for Hybrid Retrieval (ACM TOIS 2023), section 4.
    """
    values = np.array([score for _, score in scored])
    nothing, best = scale or Scale(0.0, float(values.max(initial=0.0)))
    if best - nothing <= 1e-9:
        return [0.0] * len(scored)
    placed: list[float] = np.clip((values - nothing) / (best - nothing), 0.0, 1.0).tolist()
    return placed


def scores_over_range(scored: Sequence[Scored], _: Scale | None = None) -> list[float]:
    """Return the scores placed between the leg's least (0) and greatest (1)."""
    values = np.array([score for _, score in scored])
    span = float(np.ptp(values)) if len(values) else 0.0
    if span <= 1e-9:
        return [1.0] * len(scored)
    placed: list[float] = ((values - values.min()) / span).tolist()
    return placed


def never_rising(candidates: Sequence[Candidate], part: str) -> list[Candidate]:
    """Return candidates in their order, with a part for what standing behind worse ones costs.

    Args:
        candidates: In any order.
        part: Name of the part.
    """
    found: list[Candidate] = []
    for each in candidates:
        too_much = each.score - found[-1].score if found else 0.0
        found.append(each.plus({part: -too_much}) if too_much > 0 else each)
    return found


FUSIONS: Mapping[str, Fusion] = {
    "scale": scores_on_scale,
    "range": scores_over_range,
    "spread": scores_over_spread,
    "ranks": reciprocal_ranks,
}
"""Methods by the name that the setting `search.fusion` takes."""


def fuse(
    legs: Mapping[str, Sequence[Scored]],
    weights: Mapping[str, float],
    fusion: Fusion,
    scales: Mapping[str, Scale] | None = None,
    limit: int | None = None,
) -> list[Candidate]:
    """Put the points of all legs in one order.

    Args:
        legs: Points by leg, each best first.
        weights: By leg; they are scaled to a sum of 1 over the legs given.
        fusion: How one leg's scores become parts.
        scales: By leg; for fusions that use them.
        limit: Most points returned; None for all.

    Returns:
        Every point once, best first; equal scores in the order of their ids.
    """
    total = sum(weights[name] for name in sorted(legs)) or 1.0
    scales = scales or {}
    parts: dict[str, dict[str, float]] = {}
    for name in sorted(legs):
        share, scored = weights[name] / total, legs[name]
        placed = fusion(scored, scales.get(name))
        parts[name] = {point: part * share for (point, _), part in zip(scored, placed, strict=True)}
    scores: dict[str, float] = {}
    for by_point in parts.values():
        for point, part in by_point.items():
            scores[point] = scores.get(point, 0.0) + part
    first = sorted(scores, key=lambda point: (-scores[point], point))[:limit]
    return [
        Candidate(p, scores[p], {name: each[p] for name, each in parts.items() if p in each})
        for p in first
    ]
