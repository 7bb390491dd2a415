"""Several ranked legs into one order, as a sum of named parts.

A leg is one way of finding: by words, by text vector, from text to photo, from photo to photo.
Each method gives every candidate one part per leg that found it; the score is the sum of the parts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from index.store.points import ScoredPoint

RRF_K = 60

MAX_COSINE = 1.0
"""Cosine of a photo with itself."""

DBSF_N_STD = 3.0


class Candidate(NamedTuple):
    """A point with its score and what each leg added; hundreds are made for each query.

    Attributes:
        id: Point id.
        score: Sum of the parts; higher is better.
        contributions: By leg; a leg that did not find the point is missing.
    """

    id: str
    score: float
    contributions: Mapping[str, float]

    def with_contributions(self, contributions: Mapping[str, float]) -> "Candidate":
        """Return the candidate with further parts; one of a name that it has takes its place."""
        if not contributions:
            return self
        parts = {**self.contributions, **contributions}
        return Candidate(self.id, sum(parts.values()), parts)


class ScoreNormalization(NamedTuple):
    """Scores of a leg that mean the same on every leg.

    Attributes:
        floor: What a product scores that has nothing to do with the query.
        ceiling: What one scores that is all that the leg can ask for.
    """

    floor: float
    ceiling: float


FusionMethod: TypeAlias = Callable[[Sequence[ScoredPoint], ScoreNormalization | None], list[float]]
"""The parts of one leg before its weight, in its order; from 0 to 1. Without a scale, the best
score that came stands for the best there is."""


def normalize_rrf(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return (k + 1) / (k + rank), with ranks from 1: 1 for the first.

    Source: Cormack, Clarke and Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet";
    k = 60 as there, scaled so that the first place is worth 1.
    """
    return [(RRF_K + 1) / (RRF_K + rank) for rank in range(1, len(scored) + 1)]


def normalize_dbsf(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return the scores placed between mean - 3 and mean + 3 standard deviations of the leg.

    Unlike the least and greatest score, mean and deviation hardly move with one odd product.

    Source: distribution-based score fusion as in Qdrant's DBSF.
    """
    values = np.array([score for _, score in scored])
    spread = float(values.std()) * DBSF_N_STD if len(values) else 0.0
    if spread <= 1e-9:
        return [0.5] * len(scored)
    low = float(values.mean()) - spread
    placed: list[float] = np.clip((values - low) / (2 * spread), 0.0, 1.0).tolist()
    return placed


def normalize_theoretical_min_max(
    scored: Sequence[ScoredPoint], scale: ScoreNormalization | None = None
) -> list[float]:
    """Return the scores placed between what is nothing to the query (0) and the best (1).

    A leg that found nothing good hardly tells its candidates apart, and what else is in its list
    moves no score: the scale is the query's and the catalogue's.

    Source: convex combination with theoretical minima; Bruch et al., An Analysis of Fusion
    Functions for Hybrid Retrieval (ACM TOIS 2023), section 4.
    """
    values = np.array([score for _, score in scored])
    nothing, best = scale or ScoreNormalization(0.0, float(values.max(initial=0.0)))
    if best - nothing <= 1e-9:
        return [0.0] * len(scored)
    placed: list[float] = np.clip((values - nothing) / (best - nothing), 0.0, 1.0).tolist()
    return placed


def normalize_min_max(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return the scores placed between the leg's least (0) and greatest (1)."""
    values = np.array([score for _, score in scored])
    span = float(np.ptp(values)) if len(values) else 0.0
    if span <= 1e-9:
        return [1.0] * len(scored)
    placed: list[float] = ((values - values.min()) / span).tolist()
    return placed


def enforce_monotonic_scores(candidates: Sequence[Candidate], part: str) -> list[Candidate]:
    """Return candidates in their order, with a part for what standing behind worse ones costs.

    Args:
        candidates: In any order.
        part: Name of the part.
    """
    found: list[Candidate] = []
    for each in candidates:
        too_much = each.score - found[-1].score if found else 0.0
        found.append(each.with_contributions({part: -too_much}) if too_much > 0 else each)
    return found


FUSION_METHODS: Mapping[str, FusionMethod] = {
    "theoretical_min_max": normalize_theoretical_min_max,
    "min_max": normalize_min_max,
    "dbsf": normalize_dbsf,
    "rrf": normalize_rrf,
}
"""Methods by the name that the setting `search.fusion` takes."""


def fuse(
    results: Mapping[str, Sequence[ScoredPoint]],
    weights: Mapping[str, float],
    fusion: FusionMethod,
    normalizations: Mapping[str, ScoreNormalization] | None = None,
    limit: int | None = None,
) -> list[Candidate]:
    """Put the points of all legs in one order.

    Args:
        results: Points by leg, each best first.
        weights: By leg; they are scaled to a sum of 1 over the legs given.
        fusion: How one leg's scores become parts.
        normalizations: By leg; for fusions that use them.
        limit: Most points returned; None for all.

    Returns:
        Every point once, best first; equal scores in the order of their ids.
    """
    total = sum(weights[name] for name in sorted(results)) or 1.0
    normalizations = normalizations or {}
    parts: dict[str, dict[str, float]] = {}
    for name in sorted(results):
        share, scored = weights[name] / total, results[name]
        placed = fusion(scored, normalizations.get(name))
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
