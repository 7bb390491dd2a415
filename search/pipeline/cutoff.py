"""Relevance cutoff: drops candidates that score too low against the best one."""

from shopwindow.ranking import CandidateSet
from shopwindow.values import Sort

SORTED_CUTOFF = 0.5
"""Lowest relative cutoff when sorting by anything but relevance: a hardly relevant product would
otherwise come first because it is cheap (measured in docs/decisions/0005-fusion.md)."""

MIN_CONFIDENT_SCORE = 0.4
"""Top score from which a text query counts as answered. Of 12 queries for things that a clothes
shop does not have, those without a word in common stayed below 0.35; of 205 for things that it has,
none fell below 0.47."""


def apply_cutoff(
    candidates: CandidateSet, relative_cutoff: float, sort: Sort = "relevance"
) -> CandidateSet:
    """Return the candidates whose score is at least a fraction of the top score.

    Scores start at the similarity baseline, so the fraction measures how much of the query a
    candidate matches; the absolute threshold differs for each query.

    Args:
        candidates: Best first.
        relative_cutoff: From 0 (keep all) to 1 (keep only those tied with the best).
        sort: The sort order of the response.
    """
    if not candidates or not relative_cutoff:
        return candidates
    cutoff = relative_cutoff if sort == "relevance" else max(relative_cutoff, SORTED_CUTOFF)
    threshold = float(candidates.scores[0]) * cutoff
    return candidates.take(candidates.scores >= threshold)
