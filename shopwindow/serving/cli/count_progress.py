"""How far counted work is: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shopwindow.serving.cli.index_progress import LOG_INTERVAL_S
from shopwindow.serving.cli.output import get_stderr_console, print_notice


@contextmanager
def show_count_progress(what: str, n_all: int, things: str) -> Iterator[Callable[[int], None]]:
    """Show how many things are done for as long as the block lasts.

    Args:
        what: What is being done, as "matching".
        n_all: How many things there are.
        things: What they are, as "photos".

    Yields:
        What is called with the number of things done.
    """
    console = get_stderr_console()
    if not console.is_terminal:
        yield _Lines(what, n_all, things)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=n_all)
        yield lambda n_done: bar.update(task, completed=n_done)


class _Lines:
    """Writes a line after the first thing and then every ten seconds."""

    def __init__(self, what: str, n_all: int, things: str) -> None:
        self._what = what
        self._of = f"{n_all:,} {things}"
        self._next = 0.0

    def __call__(self, n_done: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOG_INTERVAL_S
            print_notice(f"{self._what}: {n_done:,} of {self._of}")
