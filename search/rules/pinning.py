"""Products at the places where they were pinned, with scores that say so."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from search.retrieval.fusion import Candidate

PINNED = "pinned"
"""Name of the part."""

MIN_SCORE_GAP = 1e-6
"""Least difference between a pinned product and its neighbours: far above rounding, and too small
to be seen as a difference in likeness."""

EDGE_SCORE_GAP = 0.01
"""How far what is pinned before the first, or behind the last, stands from it."""


def apply_pins(
    rest: Sequence[Candidate], pinned: Mapping[str, tuple[Candidate, int]]
) -> list[Candidate]:
    """Put pinned products at their places among the others.

    Args:
        rest: The others, best first.
        pinned: By point id, the product and the place it is pinned to; no place twice. A place
            behind the end is the end.

    Returns:
        All of them, best first. Each pinned one gets a part that brings its score between those of
        its neighbours. Where these are equal, or nearly, the upper one is raised by a trace to make
        room, by a part of the same name.
    """
    if not pinned:
        return list(rest)
    order: list[Candidate] = []
    others = list(rest)
    for each, place in sorted(pinned.values(), key=lambda item: item[1]):
        n_before = max(place - 1 - len(order), 0)
        order += [*others[:n_before], each]
        others = others[n_before:]
    return _scored([*order, *others], pinned)


def _scored(
    order: Sequence[Candidate], pinned: Mapping[str, tuple[Candidate, int]]
) -> list[Candidate]:
    """Return an order with the scores that it needs, which are found from its end."""
    runs = [list(run) for _, run in groupby(reversed(order), key=lambda each: each.id in pinned)]
    done: list[Candidate] = []
    for n, run in enumerate(runs):
        if run[0].id in pinned:
            above = runs[n + 1][0].score if n + 1 < len(runs) else None
            done += _between(run, done[-1].score if done else None, above)
            continue
        for each in run:
            done.append(_raised(each, done[-1]) if done else each)
    return done[::-1]


def _between(run: Sequence[Candidate], below: float | None, above: float | None) -> list[Candidate]:
    """Return products, the lowest first, spread over the room between two scores."""
    step = EDGE_SCORE_GAP
    if below is not None and above is not None:
        step = max((above - below) / (len(run) + 1), MIN_SCORE_GAP)
    elif below is None:
        below = 0.0 if above is None else above - EDGE_SCORE_GAP * (len(run) + 1)
    return [_at(each, below + step * n) for n, each in enumerate(run, start=1)]


def _raised(candidate: Candidate, below: Candidate) -> Candidate:
    if (-candidate.score, candidate.id) < (-below.score, below.id):
        return candidate
    return _at(candidate, below.score + MIN_SCORE_GAP)


def _at(candidate: Candidate, score: float) -> Candidate:
    return candidate.with_contributions({PINNED: score - candidate.score})
