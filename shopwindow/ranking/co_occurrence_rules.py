"""What speaks for two products going together, from counts, photos and words."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.basket_counts import Evidence, JointCounts
from shopwindow.values.encoder import Vectors

Values: TypeAlias = NDArray[np.float64]
"""One for each candidate, shape (n_products,)."""


def above_chance(counts: JointCounts, names: Sequence[str], shrink: float) -> Values:
    """Return how much more often things are with the anchor than by chance, 0 to 1.

    Joint baskets less those expected if the two had nothing to do with each other, by the
    geometric mean of the baskets of each. A thing that is in every basket has no more than
    expected.

    Args:
        counts: Of the anchor.
        names: Of the candidates.
        shrink: Baskets added to those of each thing: little evidence is drawn towards 0.

    Source: the cosine of counts (Linden, Smith and York, Amazon.com Recommendations, 2003) with
        the expected count taken off, as in leverage (Piatetsky-Shapiro, Discovery, Analysis and
        Presentation of Strong Rules, 1991).
    """
    joint, each = _columns(counts, names)
    expected = counts.own * each / max(counts.n_baskets, 1e-12)
    among = np.sqrt((counts.own + shrink) * (each + shrink))
    return np.asarray(np.maximum(joint - expected, 0.0) / among, dtype=np.float64)


def lift_share(
    evidence: Evidence, kinds: Sequence[str], families: Sequence[str], shrink: float
) -> Values:
    """Return (lift - 1) / (lift + 1) of the anchor's kind with others, -1 to 1; 0 is chance.

    The lift of two kinds is drawn towards that of their families while few baskets have both, and
    that one towards 1.

    Args:
        evidence: Of the anchor.
        kinds: Of the candidates.
        families: Of the candidates.
        shrink: Joint baskets that the coarser estimate is worth.

    Source: additive smoothing towards the coarser estimate, as in MacKay and Peto, A Hierarchical
        Dirichlet Language Model (1995).
    """
    coarse = _lift(evidence.families, families, np.ones(1), shrink)
    lift = _lift(evidence.kinds, kinds, coarse, shrink)
    return np.asarray((lift - 1) / (lift + 1), dtype=np.float64)


def _lift(counts: JointCounts, names: Sequence[str], prior: Values, shrink: float) -> Values:
    joint, each = _columns(counts, names)
    expected = counts.own * each / max(counts.n_baskets, 1e-12)
    return np.asarray((joint + shrink * prior) / (expected + shrink), dtype=np.float64)


def _columns(counts: JointCounts, names: Sequence[str]) -> tuple[Values, Values]:
    """Return joint counts and all counts of names, each of shape (n_products,)."""
    joint = np.array([counts.joint.get(name, 0.0) for name in names], dtype=np.float64)
    each = np.array([counts.each.get(name, 0.0) for name in names], dtype=np.float64)
    return joint, np.maximum(joint, each)


def likeness(own: Vectors, rows: Vectors, background: Vectors) -> Values:
    """Return cosines after the background is taken off, -1 to 1: 0 is chance.

    Args:
        own: The anchor's unit vector, shape (dim,); zeros for none, which is like nothing.
        rows: Unit vectors, shape (n_products, dim); as `own`.
        background: Mean vector of the catalogue, shape (dim,).

    Returns:
        Shape (n_products,).
    """
    if not own.any():
        return np.zeros(len(rows))
    axes = np.vstack([own - background, background])
    # einsum, because it stays on one core: see `shopwindow.ranking.affinity`. The rows are not copied.
    inner = np.einsum("nd,kd->nk", rows, axes).astype(np.float64)  # (n_products, 2)
    squares = np.einsum("nd,nd->n", rows, rows)
    lengths = np.sqrt(np.maximum(squares - 2 * inner[:, 1] + background @ background, 0.0))
    lengths *= np.linalg.norm(axes[0])
    cosines = (inner[:, 0] - axes[0] @ background) / np.maximum(lengths, 1e-12)
    return np.where(squares > 0, np.clip(cosines, -1.0, 1.0), 0.0)


def shared(own: frozenset[str], sets: Sequence[frozenset[str]]) -> Values:
    """Return cosines of a set of words and others, 0 to 1; rare words count more.

    Args:
        own: Of the anchor.
        sets: Of the candidates. How rare a word is, is taken of them: measured, it is as good as
            the whole catalogue.

    Source: Robertson, Understanding Inverse Document Frequency (2004).
    """
    found = np.zeros(len(sets))
    touching = [n for n, words in enumerate(sets) if not own.isdisjoint(words)]
    if not touching:
        return found
    counts = Counter(chain(own, *sets))
    squares = {word: math.log1p(len(sets) / n) ** 2 for word, n in counts.items()}
    length = _total(own, squares)
    for n in touching:
        among = math.sqrt(length * _total(sets[n], squares))
        found[n] = min(_total(own & sets[n], squares) / among, 1.0)
    return found


def _total(words: frozenset[str], squares: Mapping[str, float]) -> float:
    """Return a sum that is the same in whatever order a set gives its words: ties stay ties."""
    return math.fsum(map(squares.__getitem__, words))
