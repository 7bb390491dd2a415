"""Pinned products at their positions, with scores that match."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from search.retrieval.fusion import Candidate

PINNED = "pinned"
"""Name of the contribution."""

MIN_SCORE_GAP = 1e-6
"""Least score difference between a pinned product and its neighbours: far above rounding, and too
small to be seen as a difference in similarity."""

EDGE_SCORE_GAP = 0.01
"""Score difference between the best or last product and one pinned before or behind it."""


def apply_pins(
    rest: Sequence[Candidate], pinned: Mapping[str, tuple[Candidate, int]]
) -> list[Candidate]:
    """Return the candidates with pinned products at their positions among the others.

    Args:
        rest: The others, best first.
        pinned: By point id, the product and the position it is pinned to; no position twice. A
            position behind the end is the end.

    Returns:
        All of them, best first. A contribution brings the score of each pinned product between
        those of its neighbours. Where these are equal, or nearly, the upper one is raised by a
        trace to make room, by a contribution of the same name.
    """
    if not pinned:
        return list(rest)
    ranked: list[Candidate] = []
    remaining = list(rest)
    for candidate, position in sorted(pinned.values(), key=lambda item: item[1]):
        n_before = max(position - 1 - len(ranked), 0)
        ranked += [*remaining[:n_before], candidate]
        remaining = remaining[n_before:]
    return _assign_scores([*ranked, *remaining], pinned)


def _assign_scores(
    ranked: Sequence[Candidate], pinned: Mapping[str, tuple[Candidate, int]]
) -> list[Candidate]:
    """Return candidates with scores that keep their order, assigned from the end."""
    runs = [
        list(run)
        for _, run in groupby(reversed(ranked), key=lambda candidate: candidate.id in pinned)
    ]
    scored: list[Candidate] = []
    for index, run in enumerate(runs):
        if run[0].id in pinned:
            above = runs[index + 1][0].score if index + 1 < len(runs) else None
            scored += _spread_between(run, scored[-1].score if scored else None, above)
            continue
        for candidate in run:
            scored.append(_raise_above(candidate, scored[-1]) if scored else candidate)
    return scored[::-1]


def _spread_between(
    run: Sequence[Candidate], below: float | None, above: float | None
) -> list[Candidate]:
    """Return candidates, the lowest first, with scores spread between two others."""
    step = EDGE_SCORE_GAP
    if below is not None and above is not None:
        step = max((above - below) / (len(run) + 1), MIN_SCORE_GAP)
    elif below is None:
        below = 0.0 if above is None else above - EDGE_SCORE_GAP * (len(run) + 1)
    return [
        _set_score(candidate, below + step * rank) for rank, candidate in enumerate(run, start=1)
    ]


def _raise_above(candidate: Candidate, below: Candidate) -> Candidate:
    if (-candidate.score, candidate.id) < (-below.score, below.id):
        return candidate
    return _set_score(candidate, below.score + MIN_SCORE_GAP)


def _set_score(candidate: Candidate, score: float) -> Candidate:
    return candidate.with_contributions({PINNED: score - candidate.score})
