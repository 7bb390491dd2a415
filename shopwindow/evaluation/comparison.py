"""Whether one setting is better than another, or was merely lucky with these queries."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

N_RESAMPLES = 10_000
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two settings on the same queries.

    Attributes:
        difference: Mean of the second less the first.
        ci_low: Lower end of its 95 % interval.
        ci_high: Upper end.
        p_value: How often so large a difference, up or down, comes by chance alone.
        per_query: The second less the first, worst first.
    """

    difference: float
    ci_low: float
    ci_high: float
    p_value: float
    per_query: Mapping[str, float]

    @property
    def is_significant(self) -> bool:
        """Whether chance alone gives such a difference less than one time in twenty."""
        return self.p_value < 0.05


def compare(first: Mapping[str, float], second: Mapping[str, float], seed: int = 0) -> Comparison:
    """Compare two settings by a paired randomisation test and a bootstrap interval.

    Args:
        first: A measure by query.
        second: The same measure of the same queries under the other setting.
        seed: Starts the random draws.

    Returns:
        The comparison.

    Raises:
        ValueError: The queries are not the same, or there are none.

    Source: Smucker, Allan and Carterette, A Comparison of Statistical Significance Tests for
        Information Retrieval Evaluation (CIKM 2007), sections 3.1 and 3.3.
    """
    if first.keys() != second.keys() or not first:
        raise ValueError("expected the same queries on both sides, and at least one")
    gains = {query: second[query] - first[query] for query in first}
    values = np.array(list(gains.values()))  # (n_queries,)
    rng = np.random.default_rng(seed)
    chance, resampled = [], []
    for _ in range(N_RESAMPLES // _BATCH):
        signs = rng.choice((-1.0, 1.0), size=(_BATCH, len(values)))
        chance.append((signs * values).mean(axis=1))
        resampled.append(rng.choice(values, size=(_BATCH, len(values))).mean(axis=1))
    found = abs(float(values.mean()))
    # The settings as they are count as one of the draws: p is never 0.
    as_large = int((np.abs(np.concatenate(chance)) >= found - 1e-12).sum())
    low, high = np.quantile(np.concatenate(resampled), (0.025, 0.975))
    return Comparison(
        difference=float(values.mean()),
        ci_low=float(low),
        ci_high=float(high),
        p_value=(1 + as_large) / (1 + N_RESAMPLES),
        per_query=dict(sorted(gains.items(), key=lambda item: item[1])),
    )
