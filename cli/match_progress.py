"""How far matching is: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.index_progress import LINE_EVERY_S
from cli.output import notices, say


@contextmanager
def shown_matching(n_photos: int) -> Iterator[Callable[[int], None]]:
    """Show how many photos are done for as long as the block lasts.

    Yields:
        What is called with the number of photos done.
    """
    console = notices()
    if not console.is_terminal:
        yield _Lines(n_photos)
        return
    columns = (TextColumn("matching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=n_photos)
        yield lambda n_done: bar.update(task, completed=n_done)


class _Lines:
    """Writes a line after the first photo and then every ten seconds."""

    def __init__(self, n_photos: int) -> None:
        self._n_photos = n_photos
        self._next = 0.0

    def __call__(self, n_done: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_EVERY_S
            say(f"matching: {n_done:,} of {self._n_photos:,} photos")
