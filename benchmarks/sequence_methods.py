"""Next-item methods: the usual baselines, and co-engagement.

A method learns from a task and then scores products for a prefix; products without a score come
last, most popular first.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.sequence_data import History, Task
from shopwindow.ranking.co_engagement import (
    DEFAULT_CO_ENGAGEMENT_SETTINGS,
    CoEngagementSettings,
    recency_weights,
    score_co_engagement,
)

ScoredProducts: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Products and their scores above 0, in any order, without repetition."""

Scorer: TypeAlias = Callable[[History], ScoredProducts]
Method: TypeAlias = Callable[[Task], Scorer]

TOP = 20
MAX_PARTNERS = 100
"""Most partners that are kept per product, as in the online store."""

_NO_SCORES: ScoredProducts = (np.zeros(0, dtype=np.int64), np.zeros(0))


def count_occurrences(histories: Sequence[History], n_products: int) -> NDArray[np.float64]:
    """Return the number of histories with each product, shape (n_products,)."""
    products = [product for history in histories for product in set(history)]
    return np.bincount(products, minlength=n_products).astype(np.float64)


def build_occurrence_matrix(histories: Sequence[History], n_products: int) -> Any:
    """Return 1 where a product occurs in a history: CSR, shape (n_histories, n_products)."""
    product_sets = [sorted(set(history)) for history in histories]
    ends = np.cumsum([0, *(len(products) for products in product_sets)])
    flat = np.concatenate([np.array(products, dtype=np.int64) for products in product_sets])
    shape = (len(product_sets), n_products)
    return sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=shape)


def score_popularity(task: Task) -> Scorer:
    """Return a scorer by the number of histories with each product."""
    scores = _select_positive(count_occurrences(task.histories, task.n_products))
    return lambda _: scores


def score_recent_popularity(task: Task) -> Scorer:
    """Return a scorer by the number of histories with each product in the last day or tenth."""
    recent = task.histories[-task.n_recent :] if task.n_recent else task.histories
    scores = _select_positive(count_occurrences(recent, task.n_products))
    return lambda _: scores


def repeat_prefix(_: Task) -> Scorer:
    """Return a scorer of the products of the prefix, newest first."""
    return lambda prefix: _to_arrays(
        {product: 1 / position for position, product in enumerate(_order_newest_first(prefix), 1)}
    )


def fit_item_knn(task: Task, last_only: bool = False) -> Scorer:
    """Return a scorer by the sum of cosines with the products of the prefix.

    Args:
        task: The task to learn from.
        last_only: Whether the last product alone counts.

    Returns:
        Scores of every partner of the prefix. A product counts 1 for itself.

    Source: Sarwar et al., Item-Based Collaborative Filtering Recommendation Algorithms (2001), with
        binary vectors; with the last product alone, Hidasi et al., Session-based Recommendations
        with Recurrent Neural Networks (2016), section 4.
    """
    cosines = compute_item_cosines(build_occurrence_matrix(task.histories, task.n_products))

    def score(prefix: History) -> ScoredProducts:
        seeds = prefix[-1:] if last_only else tuple(set(prefix))
        rows = [slice(cosines.indptr[seed], cosines.indptr[seed + 1]) for seed in seeds]
        partners = np.concatenate([cosines.indices[row] for row in rows])
        cosine_values = np.concatenate([cosines.data[row] for row in rows])
        sums = np.bincount(partners, weights=cosine_values, minlength=task.n_products)
        return _select_positive(sums.astype(np.float64))

    return score


def compute_item_cosines(matrix: Any) -> Any:
    """Return the cosine of every pair of products: CSR, shape (n_products, n_products)."""
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    inverse_norms = sparse.diags(1 / np.sqrt(np.maximum(counts, 1.0)))
    scaled = matrix @ inverse_norms
    return (scaled.T @ scaled).tocsr()


def fit_co_engagement(
    task: Task,
    settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS,
    max_partners: int = MAX_PARTNERS,
) -> Scorer:
    """Return the scorer of `shopwindow.ranking.co_engagement`.

    Args:
        task: The task to learn from.
        settings: How co-occurrence counts become scores.
        max_partners: Most partners that are kept per product.
    """
    counts = count_occurrences(task.histories, task.n_products)
    matrix = build_occurrence_matrix(task.histories, task.n_products)
    cooccurrences = select_partners(matrix, max_partners)
    counts_by_id = {str(product): count for product, count in enumerate(counts.tolist())}

    def score(prefix: History) -> ScoredProducts:
        interactions = recency_weights((str(product) for product in reversed(prefix)), settings)
        scores = score_co_engagement(
            interactions, cooccurrences, counts_by_id, settings, include_seeds=task.repeats
        )
        return _to_arrays({int(product_id): score_ for product_id, score_ in scores.items()})

    return score


def select_partners(matrix: Any, limit: int) -> dict[str, dict[str, float]]:
    """Return the co-occurrence counts of each product's most frequent partners.

    Args:
        matrix: The result of `build_occurrence_matrix`.
        limit: Most partners per product; of ties the first in the catalogue.
    """
    pair_counts = (matrix.T @ matrix).tocsr()
    pair_counts.setdiag(0)
    pair_counts.eliminate_zeros()
    pair_counts.sort_indices()
    partners = {}
    for product in range(pair_counts.shape[0]):
        row = slice(pair_counts.indptr[product], pair_counts.indptr[product + 1])
        partner_indices, counts = pair_counts.indices[row], pair_counts.data[row]
        strongest = np.argsort(-counts, kind="stable")[:limit]
        pairs = zip(partner_indices[strongest].tolist(), counts[strongest].tolist(), strict=True)
        partners[str(product)] = {str(partner): count for partner, count in pairs}
    return partners


def rank(task: Task, scorer: Scorer, top: int = TOP) -> list[list[int]]:
    """Rank products for each case.

    Args:
        task: The task with the cases.
        scorer: The scorer of a method.
        top: Length of a ranking.

    Returns:
        Products by case, best first, ties by popularity.
    """
    counts = count_occurrences(task.histories, task.n_products)
    by_popularity = [
        product for product in np.argsort(-counts, kind="stable").tolist() if counts[product] > 0
    ]
    rankings = []
    for case in task.cases:
        excluded = set() if task.repeats else set(case.prefix)
        ranked = _rank_best(scorer(case.prefix), counts, top + len(excluded))
        ranking = dict.fromkeys(product for product in ranked if product not in excluded)
        for product in by_popularity[: top + len(excluded)]:
            if product not in excluded:
                ranking.setdefault(product)
        rankings.append(list(ranking)[:top])
    return rankings


def _rank_best(
    scored_products: ScoredProducts, counts: NDArray[np.float64], limit: int
) -> list[int]:
    """Return the best products, ties by popularity, then by index."""
    products, scores = scored_products
    if len(scores) > limit:
        is_candidate = scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit]
        products, scores = products[is_candidate], scores[is_candidate]
    order = np.lexsort((products, -counts[products], -scores))[:limit]
    ranked: list[int] = products[order].tolist()
    return ranked


def _order_newest_first(prefix: History) -> list[int]:
    return list(dict.fromkeys(reversed(prefix)))


def _select_positive(scores: NDArray[np.float64]) -> ScoredProducts:
    products = np.flatnonzero(scores > 0)
    return products, scores[products]


def _to_arrays(scores: Mapping[int, float]) -> ScoredProducts:
    if not scores:
        return _NO_SCORES
    return np.array(list(scores), dtype=np.int64), np.array(list(scores.values()))
