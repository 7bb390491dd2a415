"""The work of `shopwindow evaluate`: ask, measure, compare."""

from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

from pydantic import ValidationError
from rich.table import Table

from index import ProductIndex
from search import SearchService
from shopwindow.evaluation.comparison import Comparison, compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import Measure, parse_measure
from shopwindow.evaluation.runs import Run, mean, run_queries
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, print_notice
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.query import Query
from shopwindow.values.settings import SearchSettings, Settings

MIN_DEPTH = 10


def evaluate_index(
    settings: Settings,
    judged: Path,
    names: Sequence[str],
    against: Sequence[str],
    n_queries: int,
) -> ExitCode:
    """Measure the index of the settings.

    Args:
        settings: Index, encoder and search.
        judged: The judgments.
        names: The measures; the first decides which queries are shown.
        against: Changed search settings, as NAME=VALUE.
        n_queries: Queries to show.

    Returns:
        OK.

    Raises:
        FeedError: The judgments cannot be read.
        InvalidValueError: There is no such measure.
        InvalidSettingError: There is no such search setting, or the value does not fit.
    """
    judgments = read_judgments(judged)
    measures = [parse_measure(name) for name in names]
    other = apply_overrides(settings.search, against) if against else None
    depth = max([MIN_DEPTH, *(each.k for each in measures)])
    with open_index(settings) as index:
        runs = [run_judged_queries(index, "as set", settings.search, judgments, depth)]
        if other is not None:
            runs.append(run_judged_queries(index, ", ".join(against), other, judgments, depth))
    _show_measures(runs, judgments, measures)
    first, last = (run.evaluate(judgments, measures[0]) for run in (runs[0], runs[-1]))
    if other is None:
        worst = sorted(first.items(), key=itemgetter(1))[:n_queries]
        _show_queries(f"{measures[0]}, worst queries", worst, ".4f")
        return ExitCode.OK
    comparison = compare(first, last)
    print_comparison(comparison, measures[0], runs[-1].name)
    gains = [each for each in comparison.per_query.items() if each[1]]
    harmed, helped = ([each for each in gains if (each[1] > 0) == up] for up in (False, True))
    _show_queries("harmed most", harmed[:n_queries], "+.4f")
    _show_queries("helped most", helped[::-1][:n_queries], "+.4f")
    return ExitCode.OK


def apply_overrides(settings: SearchSettings, changes: Sequence[str]) -> SearchSettings:
    """Return the settings with NAME=VALUE applied.

    Raises:
        InvalidSettingError: There is no such setting, or the value does not fit.
    """
    pairs = dict(each.partition("=")[::2] for each in changes)
    for name in pairs:
        if name not in SearchSettings.model_fields:
            known = ", ".join(SearchSettings.model_fields)
            raise InvalidSettingError("--against", f"NAME=VALUE with one of {known}", name)
    try:
        return SearchSettings.model_validate({**settings.model_dump(), **pairs})
    except ValidationError as exc:
        first = exc.errors()[0]
        raise InvalidSettingError(str(first["loc"][0]), first["msg"], first["input"]) from exc


def run_judged_queries(
    index: ProductIndex, name: str, settings: SearchSettings, judgments: Judgments, depth: int
) -> Run:
    """Ask an index every judged query under some settings.

    Args:
        index: The open index.
        name: What the settings are called.
        settings: The settings.
        judgments: Whose queries are asked.
        depth: Hits of each answer that are kept.

    Returns:
        The answers.
    """
    service = SearchService(index, settings)

    def search(text: str) -> list[str]:
        page = service.search(Query(text=text, limit=depth, facets=()))
        return [hit.product.id for hit in page.hits]

    return run_queries(name, search, judgments)


def _show_measures(runs: Sequence[Run], judgments: Judgments, measures: Sequence[Measure]) -> None:
    table = Table(title=f"{len(judgments):,} judged queries")
    table.add_column("")
    for run in runs:
        table.add_column(run.name, justify="right")
    for measure in measures:
        values = [mean(run.evaluate(judgments, measure)) for run in runs]
        table.add_row(str(measure), *(f"{value:.4f}" for value in values))
    get_stdout_console().print(table)


def print_comparison(found: Comparison, measure: Measure, name: str) -> None:
    """Write how far two settings differ, and whether that is more than chance."""
    verdict = "more than chance" if found.is_significant else "may well be chance"
    print_notice(
        f"{name}: {found.difference:+.4f} {measure} "
        f"(95 % between {found.ci_low:+.4f} and {found.ci_high:+.4f}; p = {found.p_value:.4f}: {verdict})"
    )


def _show_queries(title: str, values: Sequence[tuple[str, float]], form: str) -> None:
    if not values:
        return
    table = Table(title=title)
    table.add_column("query")
    table.add_column("", justify="right")
    for query, value in values:
        table.add_row(query, format(value, form))
    get_stdout_console().print(table)
