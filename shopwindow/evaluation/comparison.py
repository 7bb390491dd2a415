"""Significance test of two runs on the same queries: a real difference, or chance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

N_RESAMPLES = 10_000
_RESAMPLES_PER_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two runs on the same queries.

    Attributes:
        difference: Mean over queries of the second run's metric minus the first run's.
        ci_low: Lower end of its 95 % confidence interval.
        ci_high: Upper end of its 95 % confidence interval.
        p_value: Two-sided p-value: how often chance alone gives so large a difference.
        per_query: Second minus first by query, lowest first.
    """

    difference: float
    ci_low: float
    ci_high: float
    p_value: float
    per_query: Mapping[str, float]

    @property
    def is_significant(self) -> bool:
        """Whether the p-value is below 0.05."""
        return self.p_value < 0.05


def compare(first: Mapping[str, float], second: Mapping[str, float], seed: int = 0) -> Comparison:
    """Compare two runs by a paired randomization test and a bootstrap confidence interval.

    Args:
        first: A metric by query.
        second: The same metric of the same queries under the other run.
        seed: Seed of the random draws.

    Returns:
        The difference of the means, with confidence interval and p-value.

    Raises:
        ValueError: The queries are not the same, or there are none.

    Source: Smucker, Allan and Carterette, A Comparison of Statistical Significance Tests for
        Information Retrieval Evaluation (CIKM 2007), sections 3.1 and 3.3.
    """
    if first.keys() != second.keys() or not first:
        raise ValueError("expected the same queries on both sides, and at least one")
    per_query = {query: second[query] - first[query] for query in first}
    differences = np.array(list(per_query.values()))  # (n_queries,)
    rng = np.random.default_rng(seed)
    null_means, bootstrap_means = [], []  # each of shape (_RESAMPLES_PER_BATCH,)
    for _ in range(N_RESAMPLES // _RESAMPLES_PER_BATCH):
        shape = (_RESAMPLES_PER_BATCH, len(differences))
        signs = rng.choice((-1.0, 1.0), size=shape)
        null_means.append((signs * differences).mean(axis=1))
        bootstrap_means.append(rng.choice(differences, size=shape).mean(axis=1))
    observed = abs(float(differences.mean()))
    n_as_extreme = int((np.abs(np.concatenate(null_means)) >= observed - 1e-12).sum())
    low, high = np.quantile(np.concatenate(bootstrap_means), (0.025, 0.975))
    return Comparison(
        difference=float(differences.mean()),
        ci_low=float(low),
        ci_high=float(high),
        # The observed assignment counts as one of the draws, so that p is never 0.
        p_value=(1 + n_as_extreme) / (1 + N_RESAMPLES),
        per_query=dict(sorted(per_query.items(), key=lambda item: item[1])),
    )
