"""Pinned products at their positions, with scores that match."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import numpy as np

from shopwindow.ranking import CandidateSet
from shopwindow.values import hash_product_id

PINNED = "pinned"
"""Name of the contribution."""

MIN_SCORE_GAP = 1e-6
"""Least score difference between a pinned product and its neighbours: far above rounding, and too
small to be seen as a difference in similarity."""

EDGE_SCORE_GAP = 0.01
"""Score difference between the best or last product and one pinned before or behind it."""


def apply_pins(
    rest: CandidateSet, pinned: CandidateSet, positions: Mapping[str, int]
) -> CandidateSet:
    """Return the candidates with pinned products at their positions among the others.

    Args:
        rest: The others, best first.
        pinned: The pinned products, in any order.
        positions: The position that each pinned product is pinned to, from 1, by product id; no
            position twice. A position behind the end is the end.

    Returns:
        All of them, best first. A contribution brings the score of each pinned product between
        those of its neighbours. Where these are equal, or nearly, the upper one is raised by a
        trace to make room, by a contribution of the same name.
    """
    if not pinned:
        return rest
    ranked: list[str] = []
    remaining = list(rest.ids)
    for product_id in sorted(pinned.ids, key=positions.__getitem__):
        n_before = max(positions[product_id] - 1 - len(ranked), 0)
        ranked += [*remaining[:n_before], product_id]
        remaining = remaining[n_before:]
    everything = rest.concat(pinned)
    ordered = everything.take(
        [everything.positions[product_id] for product_id in ranked + remaining]
    )
    return _assign_scores(ordered, positions)


def _assign_scores(ranked: CandidateSet, pinned: Collection[str]) -> CandidateSet:
    """Return candidates with scores that keep their order, assigned from the end."""
    before = list(zip(ranked.ids, ranked.scores.tolist(), strict=True))
    runs = [list(run) for _, run in groupby(reversed(before), key=lambda pair: pair[0] in pinned)]
    scored: list[_Scored] = []
    for index, run in enumerate(runs):
        if run[0][0] in pinned:
            above = runs[index + 1][0][1] if index + 1 < len(runs) else None
            scored += _spread_between(run, scored[-1][1] if scored else None, above)
            continue
        for candidate in run:
            scored.append(_raise_above(candidate, scored[-1]) if scored else candidate)
    after = np.array([score for _, score in scored[::-1]])
    moved = [
        after[n] != score or product_id in pinned for n, (product_id, score) in enumerate(before)
    ]
    return ranked.add(PINNED, np.where(moved, after - ranked.scores, np.nan))


_Scored: TypeAlias = tuple[str, float]


def _spread_between(
    run: Sequence[_Scored], below: float | None, above: float | None
) -> list[_Scored]:
    """Return candidates, the lowest first, with scores spread between two others."""
    step = EDGE_SCORE_GAP
    if below is not None and above is not None:
        step = max((above - below) / (len(run) + 1), MIN_SCORE_GAP)
    elif below is None:
        below = 0.0 if above is None else above - EDGE_SCORE_GAP * (len(run) + 1)
    return [(product_id, below + step * rank) for rank, (product_id, _) in enumerate(run, start=1)]


def _raise_above(candidate: _Scored, below: _Scored) -> _Scored:
    is_tie_in_order = candidate[1] == below[1] and (
        hash_product_id(candidate[0]) < hash_product_id(below[0])
    )
    if candidate[1] > below[1] or is_tie_in_order:
        return candidate
    return candidate[0], below[1] + MIN_SCORE_GAP
