"""Progress of an indexing run: a bar on a terminal, a line now and then in a log."""

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

from index import IndexReport, ProgressCallback
from shopwindow.serving.cli.output import get_stderr_console, print_notice

LOG_INTERVAL_S = 10.0
_SPEED_WINDOW_S = 120.0


@contextmanager
def show_index_progress(n_rows: int | None) -> Iterator[ProgressCallback]:
    """Show progress for as long as the block lasts.

    Args:
        n_rows: Rows of the feed; None when unknown.

    Yields:
        A callback that takes the report of the run after each batch.
    """
    console = get_stderr_console()
    if not console.is_terminal:
        yield _IndexLines(n_rows)
        return
    with _build_bar(console) as bar:
        task = bar.add_task("indexing", total=n_rows, rate="")
        yield lambda report: bar.update(
            task, completed=report.n_processed, rate=format_rate(report)
        )


def format_rate(report: IndexReport) -> str:
    """Return the speed of a run so far: in photos if any were encoded, for they take the time."""
    duration_s = max(report.duration_s, 1e-9)
    if report.n_encoded_photos:
        return f"{report.n_encoded_photos / duration_s:,.0f} photos/s"
    return f"{report.n_processed / duration_s:,.0f} products/s"


def _build_bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        speed_estimate_period=_SPEED_WINDOW_S,
    )


class _IndexLines:
    """Writes a line after the first batch and then every ten seconds."""

    def __init__(self, n_rows: int | None) -> None:
        self._total = "" if n_rows is None else f" of {n_rows:,}"
        self._next_s = 0.0

    def __call__(self, report: IndexReport) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + LOG_INTERVAL_S
            print_notice(f"indexing: {report.n_processed:,}{self._total}, {format_rate(report)}")
