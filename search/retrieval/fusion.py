"""Score fusion: the ranked lists of several retrievers become one, scored by named contributions.

A retriever finds points in one way: by keywords, by text vector, from text to photo, from photo to
photo. Each fusion method gives a candidate one contribution per retriever that found it; the score
is the sum of its contributions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from index.store.points import ScoredPoint

RRF_K = 60

MAX_COSINE = 1.0
"""Cosine of a photo with itself."""

DBSF_N_STD = 3.0
"""Standard deviations on each side of the mean that map to 0 and 1."""


class Candidate(NamedTuple):
    """A point with its score and contributions; a tuple because each query makes hundreds.

    Attributes:
        id: Point id.
        score: Sum of the contributions; higher is better.
        contributions: By retriever or reranking step; those that add nothing are missing.
    """

    id: str
    score: float
    contributions: Mapping[str, float]

    def with_contributions(self, contributions: Mapping[str, float]) -> "Candidate":
        """Return the candidate with further contributions; they replace those of the same name."""
        if not contributions:
            return self
        merged = {**self.contributions, **contributions}
        return Candidate(self.id, sum(merged.values()), merged)


class ScoreNormalization(NamedTuple):
    """Two reference scores of a retriever, by which its scores compare with those of others.

    Attributes:
        floor: Score of a product that is unrelated to the query.
        ceiling: Score of a perfect match.
    """

    floor: float
    ceiling: float


FusionMethod: TypeAlias = Callable[[Sequence[ScoredPoint], ScoreNormalization | None], list[float]]
"""Maps one retriever's scores, best first, to contributions from 0 to 1 in the same order, before
its weight. Without a normalization, the best score returned counts as the ceiling."""


def normalize_rrf(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return (k + 1) / (k + rank) for ranks from 1, which is 1 for the first.

    Source: Cormack, Clarke and Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet";
    k = 60 as there, scaled so that the first rank is worth 1.
    """
    return [(RRF_K + 1) / (RRF_K + rank) for rank in range(1, len(scored) + 1)]


def normalize_dbsf(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return scores scaled so that mean -/+ 3 standard deviations become 0 and 1, clipped.

    Unlike minimum and maximum, mean and deviation hardly move with one outlier. Scores without
    spread all become 0.5.

    Source: distribution-based score fusion as in Qdrant's DBSF.
    """
    values = np.array([score for _, score in scored])
    half_range = float(values.std()) * DBSF_N_STD if len(values) else 0.0
    if half_range <= 1e-9:
        return [0.5] * len(scored)
    low = float(values.mean()) - half_range
    normalized: list[float] = np.clip((values - low) / (2 * half_range), 0.0, 1.0).tolist()
    return normalized


def normalize_theoretical_min_max(
    scored: Sequence[ScoredPoint], normalization: ScoreNormalization | None = None
) -> list[float]:
    """Return scores scaled from the normalization's floor (0) to its ceiling (1), clipped.

    A retriever that found nothing good hardly separates its candidates, and the other points in
    its list change no score: floor and ceiling depend on the query and the catalogue alone.

    Source: convex combination with theoretical minima; Bruch et al., An Analysis of Fusion
    Functions for Hybrid Retrieval (ACM TOIS 2023), section 4.
    """
    values = np.array([score for _, score in scored])
    floor, ceiling = normalization or ScoreNormalization(0.0, float(values.max(initial=0.0)))
    if ceiling - floor <= 1e-9:
        return [0.0] * len(scored)
    normalized: list[float] = np.clip((values - floor) / (ceiling - floor), 0.0, 1.0).tolist()
    return normalized


def normalize_min_max(
    scored: Sequence[ScoredPoint], _: ScoreNormalization | None = None
) -> list[float]:
    """Return scores scaled from their minimum (0) to their maximum (1); equal ones are all 1."""
    values = np.array([score for _, score in scored])
    value_range = float(np.ptp(values)) if len(values) else 0.0
    if value_range <= 1e-9:
        return [1.0] * len(scored)
    normalized: list[float] = ((values - values.min()) / value_range).tolist()
    return normalized


def enforce_monotonic_scores(candidates: Sequence[Candidate], name: str) -> list[Candidate]:
    """Return candidates in the same order, with scores lowered so that none rises down the list.

    Args:
        candidates: In any order.
        name: Name of the negative contribution that lowers a score.
    """
    monotonic: list[Candidate] = []
    for candidate in candidates:
        excess = candidate.score - monotonic[-1].score if monotonic else 0.0
        lowered = candidate.with_contributions({name: -excess}) if excess > 0 else candidate
        monotonic.append(lowered)
    return monotonic


FUSION_METHODS: Mapping[str, FusionMethod] = {
    "theoretical_min_max": normalize_theoretical_min_max,
    "min_max": normalize_min_max,
    "dbsf": normalize_dbsf,
    "rrf": normalize_rrf,
}
"""Fusion methods by the name that the setting `search.fusion` takes."""


def fuse(
    results: Mapping[str, Sequence[ScoredPoint]],
    weights: Mapping[str, float],
    fusion: FusionMethod,
    normalizations: Mapping[str, ScoreNormalization] | None = None,
    limit: int | None = None,
) -> list[Candidate]:
    """Fuse the results of all retrievers into one ranking.

    Args:
        results: Points by retriever, each best first.
        weights: By retriever; scaled to a sum of 1 over the retrievers in `results`.
        fusion: Maps one retriever's scores to contributions.
        normalizations: By retriever, for fusion methods that use them.
        limit: Most candidates returned; None for all.

    Returns:
        Unique candidates, best first; ties in the order of their ids.
    """
    total = sum(weights[name] for name in sorted(results)) or 1.0
    normalizations = normalizations or {}
    contributions: dict[str, dict[str, float]] = {}
    for name in sorted(results):
        weight, scored = weights[name] / total, results[name]
        normalized = fusion(scored, normalizations.get(name))
        contributions[name] = {
            point_id: value * weight
            for (point_id, _), value in zip(scored, normalized, strict=True)
        }
    scores: dict[str, float] = {}
    for by_point in contributions.values():
        for point_id, value in by_point.items():
            scores[point_id] = scores.get(point_id, 0.0) + value
    best = sorted(scores, key=lambda point_id: (-scores[point_id], point_id))[:limit]
    return [
        Candidate(
            point_id,
            scores[point_id],
            {
                name: values[point_id]
                for name, values in contributions.items()
                if point_id in values
            },
        )
        for point_id in best
    ]
