"""Evaluation of the index on judged queries: metrics, worst queries, and the effect of settings."""

from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

from pydantic import ValidationError
from rich.table import Table

from index import ProductIndex
from search import SearchService
from shopwindow.evaluation import (
    Comparison,
    Judgments,
    Measure,
    Run,
    compare,
    mean,
    parse_measure,
    read_judgments,
    run_queries,
)
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, print_notice
from shopwindow.values import Query
from shopwindow.values.config import make_setting_error
from shopwindow.values.setting_groups import SearchSettings
from shopwindow.values.settings import Settings

MIN_DEPTH = 10


def evaluate_index(
    settings: Settings,
    judgments_file: Path,
    metric_names: Sequence[str],
    overrides: Sequence[str],
    n_queries: int,
) -> ExitCode:
    """Measure the index of the settings, and compare it with a variant of its search settings.

    Args:
        settings: Index, encoder and search.
        judgments_file: The judgments.
        metric_names: The metrics; the first decides which queries are shown.
        overrides: Search settings of the variant, as NAME=VALUE; none to compare nothing.
        n_queries: Queries to show.

    Returns:
        OK.

    Raises:
        FeedError: The judgments cannot be read.
        InvalidValueError: There is no such metric.
        InvalidSettingError: There is no such search setting, or the value does not fit.
    """
    judgments = read_judgments(judgments_file)
    metrics = [parse_measure(name) for name in metric_names]
    variant = apply_overrides(settings.search, overrides) if overrides else None
    depth = max([MIN_DEPTH, *(metric.k for metric in metrics)])
    with open_index(settings) as index:
        runs = [run_judged_queries(index, "current", settings.search, judgments, depth)]
        if variant is not None:
            name = ", ".join(overrides)
            runs.append(run_judged_queries(index, name, variant, judgments, depth))
    _show_metrics(runs, judgments, metrics)
    if variant is None:
        values = runs[0].evaluate(judgments, metrics[0])
        worst = sorted(values.items(), key=itemgetter(1))[:n_queries]
        _show_queries(f"{metrics[0]}, worst queries", worst, ".4f")
    else:
        _show_comparison(runs, judgments, metrics[0], n_queries)
    return ExitCode.OK


def apply_overrides(settings: SearchSettings, overrides: Sequence[str]) -> SearchSettings:
    """Return the settings with NAME=VALUE applied.

    Raises:
        InvalidSettingError: There are no such settings, or values do not fit; it has all of them.
    """
    values = dict(override.partition("=")[::2] for override in overrides)
    try:
        return SearchSettings.model_validate({**settings.model_dump(), **values})
    except ValidationError as exc:
        error = make_setting_error(exc, SearchSettings, "--variant NAME=VALUE")
        raise error from exc


def run_judged_queries(
    index: ProductIndex, name: str, settings: SearchSettings, judgments: Judgments, depth: int
) -> Run:
    """Search an index for every judged query under some settings.

    Args:
        index: The open index.
        name: Name of the run.
        settings: The settings.
        judgments: Their queries are run.
        depth: Hits kept of each response.

    Returns:
        The ids of the hits by query, best first.
    """
    with SearchService(index, settings) as service:

        def search(text: str) -> list[str]:
            response = service.search(Query(text=text, limit=depth, facets=()))
            return [hit.product.id for hit in response.hits]

        return run_queries(name, search, judgments)


def print_comparison(comparison: Comparison, metric: Measure, name: str) -> None:
    """Write how far two settings differ, and whether that is more than chance."""
    verdict = "more than chance" if comparison.is_significant else "may well be chance"
    print_notice(
        f"{name}: {comparison.difference:+.4f} {metric} "
        f"(95 % between {comparison.ci_low:+.4f} and {comparison.ci_high:+.4f}; "
        f"p = {comparison.p_value:.4f}: {verdict})"
    )


def _show_metrics(runs: Sequence[Run], judgments: Judgments, metrics: Sequence[Measure]) -> None:
    table = Table(title=f"{len(judgments):,} judged queries")
    table.add_column("")
    for run in runs:
        table.add_column(run.name, justify="right")
    for metric in metrics:
        values = [mean(run.evaluate(judgments, metric)) for run in runs]
        table.add_row(str(metric), *(f"{value:.4f}" for value in values))
    get_stdout_console().print(table)


def _show_comparison(
    runs: Sequence[Run], judgments: Judgments, metric: Measure, n_queries: int
) -> None:
    current, variant = (run.evaluate(judgments, metric) for run in runs)
    comparison = compare(current, variant)
    print_comparison(comparison, metric, f"{runs[1].name} minus current")
    gains = list(comparison.per_query.items())
    harmed = [(query, gain) for query, gain in gains if gain < 0]
    helped = [(query, gain) for query, gain in gains if gain > 0]
    _show_queries("harmed most", harmed[:n_queries], "+.4f")
    _show_queries("helped most", helped[::-1][:n_queries], "+.4f")


def _show_queries(title: str, values: Sequence[tuple[str, float]], number_format: str) -> None:
    if not values:
        return
    table = Table(title=title)
    table.add_column("query")
    table.add_column("", justify="right")
    for query, value in values:
        table.add_row(query, format(value, number_format))
    get_stdout_console().print(table)
