"""Fine-tuning of the encoder on a feed: train, and show the metrics before and after."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress, TaskID
from rich.table import Table

from embed import AdaptReport, StageProgress, adapt_encoder
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_feed import FeedRequest
from shopwindow.serving.cli.index_progress import LOG_INTERVAL_S
from shopwindow.serving.cli.output import get_stderr_console, get_stdout_console, print_notice
from shopwindow.values.settings import Settings


def adapt_to_feed(settings: Settings, request: FeedRequest, out: Path, limit: int) -> ExitCode:
    """Fine-tune the encoder of the settings on a feed, and save it if it got better.

    Args:
        settings: The settings in force.
        request: The feed and how to read it.
        out: Folder of the new encoder.
        limit: Most products to train on.

    Returns:
        OK; INTERRUPTED after Ctrl-C, with nothing written.

    Raises:
        FeedError: The feed cannot be read at all.
        EncoderError: The encoder cannot be loaded, or the feed does not improve it.
    """
    products = request.open_feed()
    print_notice(f"training on {request.path.name}; Ctrl-C ends it and writes nothing")
    try:
        with _show_stage_progress() as progress:
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
    _show_report(report, out)
    return ExitCode.OK


def _show_report(report: AdaptReport, out: Path) -> None:
    table = Table(title=f"{report.n_evaluated:,} products held out, searched by their titles")
    for name in ("", "before", "after"):
        table.add_column(name, justify="left" if not name else "right")
    before, after = report.before, report.after
    rows = [
        ("recall@10 of the product's photo", before.recall_at_10, after.recall_at_10),
        ("mean reciprocal rank", before.mrr, after.mrr),
        (
            "similar photos of the same category",
            before.category_precision,
            after.category_precision,
        ),
    ]
    for name, *values in rows:
        if None not in values:
            table.add_row(name, *(f"{value:.3f}" for value in values))
    get_stdout_console().print(table)
    n_left_out = report.n_skipped + report.n_unreadable
    print_notice(
        f"trained on {report.n_trained:,} of {report.n_products:,} products in "
        f"{report.elapsed_s:.0f} s; {n_left_out:,} had no usable photo or title, or were left out"
    )
    print_notice(
        f"{out} is the new encoder ({report.spec.identity}). An index has one encoder, so index "
        f"anew: shopwindow --encoder {out} --index NEW index FEED"
    )


@contextmanager
def _show_stage_progress() -> Iterator[StageProgress]:
    console = get_stderr_console()
    if not console.is_terminal:
        yield _StageLines()
        return
    with Progress(console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def update(stage: str, n_done: int, n_total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=n_total)
            bars.update(tasks[stage], completed=n_done, total=n_total)

        yield update


class _StageLines:
    """Writes a line at the end of each stage, and every ten seconds within it."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()

    def __call__(self, stage: str, n_done: int, n_total: int) -> None:
        now_s = time.monotonic()
        if n_done == n_total or now_s - self._last_s > LOG_INTERVAL_S:
            print_notice(f"{stage}: {n_done:,} of {n_total:,}")
            self._last_s = now_s
