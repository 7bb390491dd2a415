"""Where an answer ends: before what has too little to do with the query."""

from collections.abc import Sequence

from search.fusion import Candidate


def kept(candidates: Sequence[Candidate], least_share: float) -> list[Candidate]:
    """Return the candidates whose score is at least a share of the best one's.

    Scores begin at what a product scores by chance, so a share of the best says how much of what
    the query asks for a candidate has, and is another number for each query.

    Args:
        candidates: Best first.
        least_share: From 0 (all) to 1 (only those as good as the best).
    """
    if not candidates or not least_share:
        return list(candidates)
    least = candidates[0].score * least_share
    return [each for each in candidates if each.score >= least]
