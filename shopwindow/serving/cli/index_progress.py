"""How far an indexing run is: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from index import IndexReport
from index.index_report import ProgressCallback as Reporter
from shopwindow.serving.cli.output import get_stderr_console, print_notice

LOG_INTERVAL_S = 10.0
_ESTIMATE_OVER_S = 120.0


@contextmanager
def show_index_progress(n_rows: int | None) -> Iterator[Reporter]:
    """Show how far a run is for as long as the block lasts.

    Args:
        n_rows: Rows of the feed; None when that is not known.

    Yields:
        What the run calls after each batch.
    """
    console = get_stderr_console()
    if not console.is_terminal:
        yield _Lines(n_rows)
        return
    with _bar(console) as bar:
        task = bar.add_task("indexing", total=n_rows, rate="")
        yield lambda report: bar.update(
            task, completed=report.n_processed, rate=format_rate(report)
        )


def format_rate(report: IndexReport) -> str:
    """Return the speed of a run so far, in photos where photos are what takes the time."""
    took_s = max(report.duration_s, 1e-9)
    if report.n_encoded_photos:
        return f"{report.n_encoded_photos / took_s:,.0f} photos/s"
    return f"{report.n_processed / took_s:,.0f} products/s"


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        speed_estimate_period=_ESTIMATE_OVER_S,
    )


class _Lines:
    """Writes a line after the first batch and then every ten seconds."""

    def __init__(self, n_rows: int | None) -> None:
        self._of = "" if n_rows is None else f" of {n_rows:,}"
        self._next = 0.0

    def __call__(self, report: IndexReport) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOG_INTERVAL_S
            print_notice(f"indexing: {report.n_processed:,}{self._of}, {format_rate(report)}")
