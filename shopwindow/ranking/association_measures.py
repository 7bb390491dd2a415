"""Association measures of two products: basket counts, vectors and keywords."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.basket_counts import BasketStatistics, CooccurrenceCounts
from shopwindow.values import Vectors

Scores: TypeAlias = NDArray[np.float64]
"""One score per candidate, shape (n_products,)."""


def compute_leverage(counts: CooccurrenceCounts, names: Sequence[str], shrinkage: float) -> Scores:
    """Score how much more often items share a basket with the anchor than by chance, 0 to 1.

    The joint baskets minus those expected of independent items, divided by the geometric mean of
    both items' baskets. An item that is in every basket scores 0.

    Args:
        counts: Counts of the anchor.
        names: Product ids or categories of the candidates.
        shrinkage: Baskets added to the count of each item, so that rare items score lower.

    Returns:
        Shape (n_products,).

    Source: the cosine of counts (Linden, Smith and York, Amazon.com Recommendations, 2003) minus
        the expected count, as in leverage (Piatetsky-Shapiro, Discovery, Analysis and
        Presentation of Strong Rules, 1991).
    """
    pair_counts, item_counts = _count_arrays(counts, names)
    expected_counts = counts.anchor_count * item_counts / max(counts.n_baskets, 1e-12)
    norms = np.sqrt((counts.anchor_count + shrinkage) * (item_counts + shrinkage))
    return np.asarray(np.maximum(pair_counts - expected_counts, 0.0) / norms, dtype=np.float64)


def normalize_lift(
    statistics: BasketStatistics,
    categories: Sequence[str],
    parent_categories: Sequence[str],
    shrinkage: float,
) -> Scores:
    """Return (lift - 1) / (lift + 1) of the anchor's category with others, -1 to 1; 0 is chance.

    The lift of two categories shrinks towards that of their parents while few baskets contain
    both, and the parents' towards 1.

    Args:
        statistics: Of the anchor.
        categories: Of the candidates.
        parent_categories: Of the candidates.
        shrinkage: Joint baskets that the coarser estimate is worth.

    Returns:
        Shape (n_products,).

    Source: additive smoothing towards the coarser estimate, as in MacKay and Peto, A Hierarchical
        Dirichlet Language Model (1995).
    """
    parent_lift = _lift(statistics.parent_categories, parent_categories, np.ones(1), shrinkage)
    lift = _lift(statistics.categories, categories, parent_lift, shrinkage)
    return np.asarray((lift - 1) / (lift + 1), dtype=np.float64)


def _lift(
    counts: CooccurrenceCounts, names: Sequence[str], prior: Scores, shrinkage: float
) -> Scores:
    pair_counts, item_counts = _count_arrays(counts, names)
    expected_counts = counts.anchor_count * item_counts / max(counts.n_baskets, 1e-12)
    return np.asarray(
        (pair_counts + shrinkage * prior) / (expected_counts + shrinkage), dtype=np.float64
    )


def _count_arrays(counts: CooccurrenceCounts, names: Sequence[str]) -> tuple[Scores, Scores]:
    """Return the pair counts and the item counts of names, each of shape (n_products,)."""
    pair_counts = np.array([counts.pair_counts.get(name, 0.0) for name in names], dtype=np.float64)
    item_counts = np.array([counts.item_counts.get(name, 0.0) for name in names], dtype=np.float64)
    return pair_counts, np.maximum(pair_counts, item_counts)


def compute_centered_cosines(
    anchor_vector: Vectors, vectors: Vectors, catalog_mean: Vectors
) -> Scores:
    """Return cosines after the catalogue mean is subtracted, -1 to 1; 0 is chance.

    Args:
        anchor_vector: The anchor's unit vector, shape (dim,); zeros for none, which scores 0.
        vectors: Unit vectors, shape (n_products, dim); zeros as in `anchor_vector`.
        catalog_mean: Mean vector of the catalogue, shape (dim,).

    Returns:
        Shape (n_products,).
    """
    if not anchor_vector.any():
        return np.zeros(len(vectors))
    projections = np.vstack([anchor_vector - catalog_mean, catalog_mean])
    # einsum, because it stays on one core (see `shopwindow.ranking.affinity`); no copy of vectors.
    products = np.einsum("nd,kd->nk", vectors, projections).astype(np.float64)  # (n_products, 2)
    squares = np.einsum("nd,nd->n", vectors, vectors)
    lengths = np.sqrt(np.maximum(squares - 2 * products[:, 1] + catalog_mean @ catalog_mean, 0.0))
    lengths *= np.linalg.norm(projections[0])
    cosines = (products[:, 0] - projections[0] @ catalog_mean) / np.maximum(lengths, 1e-12)
    return np.where(squares > 0, np.clip(cosines, -1.0, 1.0), 0.0)


def compute_idf_cosines(
    anchor_keywords: frozenset[str], candidate_keywords: Sequence[frozenset[str]]
) -> Scores:
    """Return IDF-weighted cosines of keyword sets, 0 to 1.

    Args:
        anchor_keywords: Of the anchor.
        candidate_keywords: Of the candidates, which the document frequencies are taken from too:
            measured, that is as good as the whole catalogue.

    Returns:
        Shape (n_products,).

    Source: Robertson, Understanding Inverse Document Frequency (2004).
    """
    cosines = np.zeros(len(candidate_keywords))
    overlapping = [
        index
        for index, keywords in enumerate(candidate_keywords)
        if not anchor_keywords.isdisjoint(keywords)
    ]
    if not overlapping:
        return cosines
    counts = Counter(chain(anchor_keywords, *candidate_keywords))
    squared_idf = {
        keyword: math.log1p(len(candidate_keywords) / count) ** 2
        for keyword, count in counts.items()
    }
    anchor_total = _sum_squared_idf(anchor_keywords, squared_idf)
    for index in overlapping:
        norm = math.sqrt(anchor_total * _sum_squared_idf(candidate_keywords[index], squared_idf))
        cosines[index] = min(
            _sum_squared_idf(anchor_keywords & candidate_keywords[index], squared_idf) / norm, 1.0
        )
    return cosines


def _sum_squared_idf(keywords: frozenset[str], squared_idf: Mapping[str, float]) -> float:
    """Return an exact sum of squared IDFs, so that the order of a set cannot break ties."""
    return math.fsum(map(squared_idf.__getitem__, keywords))
