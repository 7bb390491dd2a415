"""What speaks for two products going together, from counts, photos and words."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.basket_counts import BasketStatistics, CooccurrenceCounts
from shopwindow.values.encoder import Vectors

Scores: TypeAlias = NDArray[np.float64]
"""One for each candidate, shape (n_products,)."""


def compute_leverage(counts: CooccurrenceCounts, names: Sequence[str], shrinkage: float) -> Scores:
    """Return how much more often things are with the anchor than by chance, 0 to 1.

    Joint baskets less those expected if the two had nothing to do with each other, by the
    geometric mean of the baskets of each. A thing that is in every basket has no more than
    expected.

    Args:
        counts: Of the anchor.
        names: Of the candidates.
        shrinkage: Baskets added to those of each thing: little evidence is drawn towards 0.

    Source: the cosine of counts (Linden, Smith and York, Amazon.com Recommendations, 2003) with
        the expected count taken off, as in leverage (Piatetsky-Shapiro, Discovery, Analysis and
        Presentation of Strong Rules, 1991).
    """
    joint, each = _columns(counts, names)
    expected = counts.anchor_count * each / max(counts.n_baskets, 1e-12)
    among = np.sqrt((counts.anchor_count + shrinkage) * (each + shrinkage))
    return np.asarray(np.maximum(joint - expected, 0.0) / among, dtype=np.float64)


def normalize_lift(
    statistics: BasketStatistics,
    categories: Sequence[str],
    parent_categories: Sequence[str],
    shrinkage: float,
) -> Scores:
    """Return (lift - 1) / (lift + 1) of the anchor's kind with others, -1 to 1; 0 is chance.

    The lift of two kinds is drawn towards that of their families while few baskets have both, and
    that one towards 1.

    Args:
        statistics: Of the anchor.
        categories: Of the candidates.
        parent_categories: Of the candidates.
        shrinkage: Joint baskets that the coarser estimate is worth.

    Source: additive smoothing towards the coarser estimate, as in MacKay and Peto, A Hierarchical
        Dirichlet Language Model (1995).
    """
    coarse = _lift(statistics.parent_categories, parent_categories, np.ones(1), shrinkage)
    lift = _lift(statistics.categories, categories, coarse, shrinkage)
    return np.asarray((lift - 1) / (lift + 1), dtype=np.float64)


def _lift(counts: CooccurrenceCounts, names: Sequence[str], prior: Scores, shrink: float) -> Scores:
    joint, each = _columns(counts, names)
    expected = counts.anchor_count * each / max(counts.n_baskets, 1e-12)
    return np.asarray((joint + shrink * prior) / (expected + shrink), dtype=np.float64)


def _columns(counts: CooccurrenceCounts, names: Sequence[str]) -> tuple[Scores, Scores]:
    """Return joint counts and all counts of names, each of shape (n_products,)."""
    joint = np.array([counts.pair_counts.get(name, 0.0) for name in names], dtype=np.float64)
    each = np.array([counts.item_counts.get(name, 0.0) for name in names], dtype=np.float64)
    return joint, np.maximum(joint, each)


def compute_centered_cosines(
    anchor_vector: Vectors, vectors: Vectors, catalog_mean: Vectors
) -> Scores:
    """Return cosines after the background is taken off, -1 to 1: 0 is chance.

    Args:
        anchor_vector: The anchor's unit vector, shape (dim,); zeros for none, which is like nothing.
        vectors: Unit vectors, shape (n_products, dim); as `anchor_vector`.
        catalog_mean: Mean vector of the catalogue, shape (dim,).

    Returns:
        Shape (n_products,).
    """
    if not anchor_vector.any():
        return np.zeros(len(vectors))
    axes = np.vstack([anchor_vector - catalog_mean, catalog_mean])
    # einsum, because it stays on one core: see `shopwindow.ranking.affinity`. The rows are not copied.
    inner = np.einsum("nd,kd->nk", vectors, axes).astype(np.float64)  # (n_products, 2)
    squares = np.einsum("nd,nd->n", vectors, vectors)
    lengths = np.sqrt(np.maximum(squares - 2 * inner[:, 1] + catalog_mean @ catalog_mean, 0.0))
    lengths *= np.linalg.norm(axes[0])
    cosines = (inner[:, 0] - axes[0] @ catalog_mean) / np.maximum(lengths, 1e-12)
    return np.where(squares > 0, np.clip(cosines, -1.0, 1.0), 0.0)


def compute_idf_cosines(
    anchor_keywords: frozenset[str], candidate_keywords: Sequence[frozenset[str]]
) -> Scores:
    """Return cosines of a set of words and others, 0 to 1; rare words count more.

    Args:
        anchor_keywords: Of the anchor.
        candidate_keywords: Of the candidates. How rare a word is, is taken of them: measured, it is as good as
            the whole catalogue.

    Source: Robertson, Understanding Inverse Document Frequency (2004).
    """
    found = np.zeros(len(candidate_keywords))
    touching = [
        n for n, words in enumerate(candidate_keywords) if not anchor_keywords.isdisjoint(words)
    ]
    if not touching:
        return found
    counts = Counter(chain(anchor_keywords, *candidate_keywords))
    squares = {word: math.log1p(len(candidate_keywords) / n) ** 2 for word, n in counts.items()}
    length = _total(anchor_keywords, squares)
    for n in touching:
        among = math.sqrt(length * _total(candidate_keywords[n], squares))
        found[n] = min(_total(anchor_keywords & candidate_keywords[n], squares) / among, 1.0)
    return found


def _total(words: frozenset[str], squares: Mapping[str, float]) -> float:
    """Return a sum that is the same in whatever order a set gives its words: ties stay ties."""
    return math.fsum(map(squares.__getitem__, words))
