"""Where an answer ends: before what has too little to do with the query."""

from collections.abc import Sequence

from search.retrieval.fusion import Candidate
from shopwindow.values.query import Sort

SORTED_CUTOFF = 0.5
"""The least share where relevance does not order: what is hardly relevant would otherwise stand
first because it is cheap (measured in docs/decisions/0005-fusion.md)."""

MIN_CONFIDENT_SCORE = 0.4
"""Best score from which a text found what it asks for. Of 12 things that a shop of clothes does not
have, those without a word in common stayed below 0.35; of 205 that it has, none fell below 0.47."""


def apply_cutoff(
    candidates: Sequence[Candidate], relative_cutoff: float, sort: Sort = "relevance"
) -> list[Candidate]:
    """Return the candidates whose score is at least a share of the best one's.

    Scores begin at what a product scores by chance, so a share of the best says how much of what
    the query asks for a candidate has, and is another number for each query.

    Args:
        candidates: Best first.
        relative_cutoff: From 0 (all) to 1 (only those as good as the best).
        sort: The order that will be shown.
    """
    if not candidates or not relative_cutoff:
        return list(candidates)
    share = relative_cutoff if sort == "relevance" else max(relative_cutoff, SORTED_CUTOFF)
    least = candidates[0].score * share
    return [each for each in candidates if each.score >= least]
