"""Progress of counted work: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shopwindow.serving.cli.index_progress import LOG_INTERVAL_S
from shopwindow.serving.cli.output import get_stderr_console, print_notice


@contextmanager
def show_count_progress(task: str, n_total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show progress for as long as the block lasts.

    Args:
        task: What is being done, such as "matching".
        n_total: How many items there are.
        unit: What they are, such as "photos".

    Yields:
        A callback that takes the number of items done so far.
    """
    console = get_stderr_console()
    if not console.is_terminal:
        yield _CountLines(task, n_total, unit)
        return
    columns = (TextColumn(task), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task_id = bar.add_task("", total=n_total)
        yield lambda n_done: bar.update(task_id, completed=n_done)


class _CountLines:
    """Writes a line after the first item and then every ten seconds."""

    def __init__(self, task: str, n_total: int, unit: str) -> None:
        self._task = task
        self._total = f"{n_total:,} {unit}"
        self._next_s = 0.0

    def __call__(self, n_done: int) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + LOG_INTERVAL_S
            print_notice(f"{self._task}: {n_done:,} of {self._total}")
