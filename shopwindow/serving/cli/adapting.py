"""The work of `shopwindow adapt`: read, learn, show before and after."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress as Bars
from rich.progress import TaskID
from rich.table import Table

from embed.finetuning import AdaptReport, adapt_encoder
from embed.finetuning.adapt import StageProgress
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_progress import LOG_INTERVAL_S
from shopwindow.serving.cli.indexing import FeedRequest
from shopwindow.serving.cli.output import get_stderr_console, get_stdout_console, print_notice
from shopwindow.values.settings import Settings


def adapt_to_feed(settings: Settings, request: FeedRequest, out: Path, limit: int) -> ExitCode:
    """Adapt the encoder of the settings to a feed.

    Returns:
        OK; INTERRUPTED after Ctrl-C, with nothing written.

    Raises:
        FeedError: The feed cannot be read at all.
        EncoderError: The encoder cannot be loaded, or the feed teaches it nothing.
    """
    products = request.open_feed()
    print_notice(f"learning from {request.path.name}; Ctrl-C ends it and writes nothing")
    try:
        with _shown() as progress:
            report = adapt_encoder(
                settings.encoder.name,
                products,
                out,
                limit=limit,
                photo_limits=settings.photo,
                settings=settings.encoder,
                progress=progress,
            )
    except KeyboardInterrupt:
        print_notice("interrupted; nothing was written")
        return ExitCode.INTERRUPTED
    _show(report, out)
    return ExitCode.OK


def _show(report: AdaptReport, out: Path) -> None:
    table = Table(title=f"{report.n_evaluated:,} products held back, asked by their titles")
    for name in ("", "before", "after"):
        table.add_column(name, justify="left" if not name else "right")
    before, after = report.before, report.after
    rows = [
        ("photo among the first ten", before.recall_at_10, after.recall_at_10),
        ("mean reciprocal rank", before.mrr, after.mrr),
        ("alike photos of the same category", before.category_precision, after.category_precision),
    ]
    for name, *values in rows:
        if None not in values:
            table.add_row(name, *(f"{value:.3f}" for value in values))
    get_stdout_console().print(table)
    left_out = report.n_skipped + report.n_unreadable
    print_notice(
        f"learned from {report.n_trained:,} of {report.n_products:,} products in "
        f"{report.elapsed_s:.0f} s; {left_out:,} had no usable photo or title, or were not drawn"
    )
    print_notice(f"{out} is the new encoder ({report.spec.identity}). An index has one encoder, so index "
        f"anew: shopwindow --encoder {out} --index NEW index FEED")  # fmt: skip


@contextmanager
def _shown() -> Iterator[StageProgress]:
    console = get_stderr_console()
    if not console.is_terminal:
        yield _Lines()
        return
    with Bars(console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress


class _Lines:
    """A line now and then, for logs."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say how far a stage is, at its end and every ten seconds."""
        now = time.monotonic()
        if done == total or now - self._said > LOG_INTERVAL_S:
            print_notice(f"{stage}: {done:,} of {total:,}")
            self._said = now
