"""Tuning of search weights on judged queries: trained on one half, tested on the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index import ProductIndex
from shopwindow.evaluation import (
    Judgments,
    Measure,
    Parameters,
    compare,
    coordinate_ascent,
    mean,
    parse_measure,
    read_judgments,
    train_test_split,
)
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.evaluate_index import print_comparison, run_judged_queries
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import print_notice
from shopwindow.values.errors import FeedError
from shopwindow.values.settings import ENV_DELIMITER, ENV_PREFIX, Settings

WEIGHT_GRID: Mapping[str, Sequence[float]] = {
    "weight_text": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "weight_text_image": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "attribute_match_boost": (0.0, 0.05, 0.1, 0.2, 0.3),
}
"""Values tried for each weight; the lexical weight is fixed, for only ratios of weights count."""

MIN_QUERIES = 20


def tune_weights(
    settings: Settings, judgments_file: Path, metric_name: str, max_rounds: int
) -> ExitCode:
    """Choose weights on one half of judged queries, and compare them on the other.

    Args:
        settings: Index, encoder and search.
        judgments_file: The judgments.
        metric_name: The metric to maximize.
        max_rounds: Most passes over all weights.

    Returns:
        OK, also when nothing better was found.

    Raises:
        FeedError: The judgments cannot be read, or are too few.
        InvalidValueError: There is no such metric.
    """
    metric, judgments = parse_measure(metric_name), read_judgments(judgments_file)
    if len(judgments) < MIN_QUERIES:
        raise FeedError(judgments_file, f"at least {MIN_QUERIES} judged queries expected")
    train, test = train_test_split(judgments)
    print_notice(f"{len(train)} queries train the weights, {len(test)} test them")
    initial = {name: float(getattr(settings.search, name)) for name in WEIGHT_GRID}
    with open_index(settings) as index:
        evaluator = _WeightEvaluator(index, settings, metric)
        best = coordinate_ascent(
            initial,
            WEIGHT_GRID,
            lambda weights: mean(evaluator.evaluate(weights, train)),
            max_rounds,
            _print_trial,
        )
        if best == initial:
            print_notice("no weights are better than those in force")
            return ExitCode.OK
        before, after = (evaluator.evaluate(weights, test) for weights in (initial, best))
    comparison = compare(before, after)
    print_comparison(comparison, metric, "chosen weights minus current, on the test queries")
    if comparison.difference <= 0 or not comparison.is_significant:
        print_notice(
            "that is no reason to change the settings; more judged queries may tell. They were:"
        )
    _print_changes(initial, best)
    return ExitCode.OK


class _WeightEvaluator:
    def __init__(self, index: ProductIndex, settings: Settings, metric: Measure) -> None:
        self._index = index
        self._settings = settings
        self._metric = metric

    def evaluate(self, weights: Parameters, judgments: Judgments) -> Mapping[str, float]:
        """Return the metric of each query under some weights."""
        search = self._settings.search.model_copy(update=dict(weights))
        run = run_judged_queries(self._index, "", search, judgments, max(self._metric.k, 10))
        return run.evaluate(judgments, self._metric)


def _print_trial(weights: Parameters, value: float) -> None:
    pairs = ", ".join(
        f"{name.removeprefix('weight_')} {weight:g}" for name, weight in weights.items()
    )
    print_notice(f"{value:.4f}  {pairs}")


def _print_changes(initial: Parameters, best: Parameters) -> None:
    for name, weight in best.items():
        if weight != initial[name]:
            print_notice(f"{ENV_PREFIX}SEARCH{ENV_DELIMITER}{name.upper()}={weight:g}")
