"""Ways to say what comes next: the usual bars, and ours.

A method learns from a task and then scores products for what was touched so far; whatever it has
no score for is put behind, most popular first.
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

Scored: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Products and their scores over 0, in any order, each product once."""

Scorer: TypeAlias = Callable[[History], Scored]
Method: TypeAlias = Callable[[Task], Scorer]

TOP = 20
MOST_PARTNERS = 100
"""Partners that are kept of one product, as where pages are served."""

_NOTHING: Scored = (np.zeros(0, dtype=np.int64), np.zeros(0))


def occurrences(histories: Sequence[History], n_products: int) -> NDArray[np.float64]:
    """Return in how many histories each product occurs, shape (n_products,)."""
    flat = [each for history in histories for each in set(history)]
    return np.bincount(flat, minlength=n_products).astype(np.float64)


def occurrence_matrix(histories: Sequence[History], n_products: int) -> Any:
    """Return 1 where a product occurs in a history: CSR, shape (n_histories, n_products)."""
    sets = [sorted(set(each)) for each in histories]
    ends = np.cumsum([0, *(len(each) for each in sets)])
    flat = np.concatenate([np.array(each, dtype=np.int64) for each in sets])
    shape = (len(sets), n_products)
    return sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=shape)


def popular(task: Task) -> Scorer:
    """Return a scorer that knows how often each product occurs."""
    found = _positive(occurrences(task.histories, task.n_products))
    return lambda _: found


def recently_popular(task: Task) -> Scorer:
    """Return a scorer that knows how often each product occurs in the last day or tenth."""
    recent = task.histories[-task.n_recent :] if task.n_recent else task.histories
    found = _positive(occurrences(recent, task.n_products))
    return lambda _: found


def touched_before(_: Task) -> Scorer:
    """Return a scorer that gives what was touched, newest first."""
    return lambda before: _arrays({each: 1 / n for n, each in enumerate(_newest_first(before), 1)})


def item_knn(task: Task, last_only: bool = False) -> Scorer:
    """Return a scorer of cosines with what was touched, added up.

    Args:
        task: What is learned from.
        last_only: Whether the last product alone counts.

    Returns:
        Scores of every product that has a partner among what was touched. Each counts 1 for itself.

    Source: Sarwar et al., Item-Based Collaborative Filtering Recommendation Algorithms (2001), with
        binary vectors; with the last product alone, Hidasi et al., Session-based Recommendations
        with Recurrent Neural Networks (2016), section 4.
    """
    cosines = item_cosines(occurrence_matrix(task.histories, task.n_products))

    def score(before: History) -> Scored:
        known = before[-1:] if last_only else tuple(set(before))
        some = [slice(cosines.indptr[each], cosines.indptr[each + 1]) for each in known]
        numbers = np.concatenate([cosines.indices[each] for each in some])
        parts = np.concatenate([cosines.data[each] for each in some])
        added = np.bincount(numbers, weights=parts, minlength=task.n_products)
        return _positive(added.astype(np.float64))

    return score


def item_cosines(matrix: Any) -> Any:
    """Return the cosine of each two products: CSR, shape (n_products, n_products)."""
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    shrunk = sparse.diags(1 / np.sqrt(np.maximum(counts, 1.0)))
    scaled = matrix @ shrunk
    return (scaled.T @ scaled).tocsr()


def ours(
    task: Task,
    settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS,
    most_partners: int = MOST_PARTNERS,
) -> Scorer:
    """Return the scorer that pages are served by: `shopwindow.ranking.co_engagement`.

    Args:
        task: What is learned from.
        settings: How joint counts become scores.
        most_partners: Most partners that are known of one product.
    """
    counts = occurrences(task.histories, task.n_products)
    matrix = occurrence_matrix(task.histories, task.n_products)
    partners = strongest_partners(matrix, most_partners)
    by_name = {str(n): count for n, count in enumerate(counts.tolist())}

    def score(before: History) -> Scored:
        touches = recency_weights((str(each) for each in reversed(before)), settings)
        found = score_co_engagement(
            touches, partners, by_name, settings, include_seeds=task.repeats
        )
        return _arrays({int(name): value for name, value in found.items()})

    return score


def strongest_partners(matrix: Any, most: int) -> dict[str, dict[str, float]]:
    """Return the joint counts of the partners that each product is seen with most often.

    Args:
        matrix: What `occurrence_matrix` returns.
        most: Most partners of one product; of equal ones the first in the catalogue.
    """
    joint = (matrix.T @ matrix).tocsr()
    joint.setdiag(0)
    joint.eliminate_zeros()
    joint.sort_indices()
    found = {}
    for n in range(joint.shape[0]):
        some = slice(joint.indptr[n], joint.indptr[n + 1])
        numbers, values = joint.indices[some], joint.data[some]
        first = np.argsort(-values, kind="stable")[:most]
        kept = zip(numbers[first].tolist(), values[first].tolist(), strict=True)
        found[str(n)] = {str(each): value for each, value in kept}
    return found


def rank(task: Task, scorer: Scorer, top: int = TOP) -> list[list[int]]:
    """Return what is put on the first places of each case.

    Args:
        task: What is asked.
        scorer: What a method has learned of it.
        top: Places.

    Returns:
        Products by case, best first, equal ones the more popular first.
    """
    counts = occurrences(task.histories, task.n_products)
    popular_first = [n for n in np.argsort(-counts, kind="stable").tolist() if counts[n] > 0]
    found = []
    for case in task.cases:
        left_out = set() if task.repeats else set(case.before)
        order = _in_order(scorer(case.before), counts, top + len(left_out))
        places = dict.fromkeys(n for n in order if n not in left_out)
        for each in popular_first[: top + len(left_out)]:
            if each not in left_out:
                places.setdefault(each)
        found.append(list(places)[:top])
    return found


def _in_order(scored: Scored, counts: NDArray[np.float64], most: int) -> list[int]:
    """Return the best products, equal ones the more popular first, then by number."""
    numbers, scores = scored
    if len(scores) > most:
        near = scores >= np.partition(scores, len(scores) - most)[len(scores) - most]
        numbers, scores = numbers[near], scores[near]
    order = np.lexsort((numbers, -counts[numbers], -scores))[:most]
    found: list[int] = numbers[order].tolist()
    return found


def _newest_first(before: History) -> list[int]:
    return list(dict.fromkeys(reversed(before)))


def _positive(scores: NDArray[np.float64]) -> Scored:
    numbers = np.flatnonzero(scores > 0)
    return numbers, scores[numbers]


def _arrays(scores: Mapping[int, float]) -> Scored:
    if not scores:
        return _NOTHING
    return np.array(list(scores), dtype=np.int64), np.array(list(scores.values()))
