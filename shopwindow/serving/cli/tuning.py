"""The work of `shopwindow tune`: ask, choose, and judge the choice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index import ProductIndex
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import Measure, parse_measure
from shopwindow.evaluation.runs import mean
from shopwindow.evaluation.weight_tuning import Values, climb, halves
from shopwindow.serving.cli.context import opened_index
from shopwindow.serving.cli.evaluating import run_service, say_difference
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import say
from shopwindow.values.errors import FeedError
from shopwindow.values.settings import DELIMITER, PREFIX, Settings

CHOICES: Mapping[str, Sequence[float]] = {
    "weight_text": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "weight_text_image": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "weight_named": (0.0, 0.05, 0.1, 0.2, 0.3),
}
"""What each weight may become; that of words stays as it is, for only their ratios count."""

LEAST_QUERIES = 20


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
    if len(judgments) < LEAST_QUERIES:
        raise FeedError(judged, f"at least {LEAST_QUERIES} judged queries expected")
    chosen_by, judged_by = halves(judgments)
    say(f"{len(chosen_by)} queries choose, {len(judged_by)} judge the choice")
    start = {each: float(getattr(settings.search, each)) for each in CHOICES}
    with opened_index(settings) as index:
        asking = _Asking(index, settings, measure)
        best = climb(
            start, CHOICES, lambda tried: mean(asking.values(tried, chosen_by)), rounds, _tell
        )
        if best == start:
            say("nothing is better than what is set")
            return ExitCode.OK
        before, after = (asking.values(each, judged_by) for each in (start, best))
    found = compare(before, after)
    say_difference(found, measure, "on the other half, the weights chosen")
    if found.difference <= 0 or not found.is_significant:
        say("that is no reason to change what is set; more judged queries may tell. They were:")
    for each, value in best.items():
        if value != start[each]:
            say(f"{PREFIX}SEARCH{DELIMITER}{each.upper()}={value:g}")
    return ExitCode.OK


class _Asking:
    def __init__(self, index: ProductIndex, settings: Settings, measure: Measure) -> None:
        self._index = index
        self._settings = settings
        self._measure = measure

    def values(self, weights: Values, judgments: Judgments) -> Mapping[str, float]:
        """Return the measure of each query under some weights."""
        search = self._settings.search.model_copy(update=dict(weights))
        run = run_service(self._index, "", search, judgments, max(self._measure.k, 10))
        return run.values(judgments, self._measure)


def _tell(weights: Values, worth: float) -> None:
    shown = ", ".join(
        f"{name.removeprefix('weight_')} {value:g}" for name, value in weights.items()
    )
    say(f"{worth:.4f}  {shown}")
