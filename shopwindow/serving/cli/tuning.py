"""The work of `shopwindow tune`: ask, choose, and judge the choice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index import ProductIndex
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import Measure, parse_measure
from shopwindow.evaluation.runs import mean
from shopwindow.evaluation.weight_tuning import Parameters, coordinate_ascent, train_test_split
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.evaluating import print_comparison, run_judged_queries
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import print_notice
from shopwindow.values.errors import FeedError
from shopwindow.values.settings import ENV_DELIMITER, ENV_PREFIX, Settings

WEIGHT_GRID: Mapping[str, Sequence[float]] = {
    "weight_text": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "weight_text_image": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "attribute_match_boost": (0.0, 0.05, 0.1, 0.2, 0.3),
}
"""What each weight may become; that of words stays as it is, for only their ratios count."""

MIN_QUERIES = 20


def tune_weights(settings: Settings, judged: Path, name: str, rounds: int) -> ExitCode:
    """Choose weights on one half of judged queries, and compare them on the other.

    Args:
        settings: Index, encoder and search.
        judged: The judgments.
        name: The measure that is to rise.
        rounds: Times that each weight has its turn, at most.

    Returns:
        OK, also when nothing better was found.

    Raises:
        FeedError: The judgments cannot be read, or are too few.
        InvalidValueError: There is no such measure.
    """
    measure, judgments = parse_measure(name), read_judgments(judged)
    if len(judgments) < MIN_QUERIES:
        raise FeedError(judged, f"at least {MIN_QUERIES} judged queries expected")
    chosen_by, judged_by = train_test_split(judgments)
    print_notice(f"{len(chosen_by)} queries choose, {len(judged_by)} judge the choice")
    start = {each: float(getattr(settings.search, each)) for each in WEIGHT_GRID}
    with open_index(settings) as index:
        asking = _Asking(index, settings, measure)
        best = coordinate_ascent(
            start, WEIGHT_GRID, lambda tried: mean(asking.values(tried, chosen_by)), rounds, _tell
        )
        if best == start:
            print_notice("nothing is better than what is set")
            return ExitCode.OK
        before, after = (asking.values(each, judged_by) for each in (start, best))
    found = compare(before, after)
    print_comparison(found, measure, "on the other half, the weights chosen")
    if found.difference <= 0 or not found.is_significant:
        print_notice(
            "that is no reason to change what is set; more judged queries may tell. They were:"
        )
    for each, value in best.items():
        if value != start[each]:
            print_notice(f"{ENV_PREFIX}SEARCH{ENV_DELIMITER}{each.upper()}={value:g}")
    return ExitCode.OK


class _Asking:
    def __init__(self, index: ProductIndex, settings: Settings, measure: Measure) -> None:
        self._index = index
        self._settings = settings
        self._measure = measure

    def values(self, weights: Parameters, judgments: Judgments) -> Mapping[str, float]:
        """Return the measure of each query under some weights."""
        search = self._settings.search.model_copy(update=dict(weights))
        run = run_judged_queries(self._index, "", search, judgments, max(self._measure.k, 10))
        return run.evaluate(judgments, self._measure)


def _tell(weights: Parameters, worth: float) -> None:
    shown = ", ".join(
        f"{name.removeprefix('weight_')} {value:g}" for name, value in weights.items()
    )
    print_notice(f"{worth:.4f}  {shown}")
