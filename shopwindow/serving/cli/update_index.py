"""Partial updates from a feed: read, update, report."""

from pathlib import Path

from rich.table import Table

from index import IndexReport, UpdateFeed
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.dry_run import show_columns, show_mapping
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_feed import FeedRequest, check_rejected_share
from shopwindow.serving.cli.index_progress import format_rate, show_index_progress
from shopwindow.serving.cli.index_report import show_groups
from shopwindow.serving.cli.output import get_stderr_console, get_stdout_console, print_notice
from shopwindow.values.settings import Settings


def update_index(settings: Settings, request: FeedRequest) -> ExitCode:
    """Update the products of a feed, showing progress, and then the report.

    Args:
        settings: The settings in force.
        request: The feed and how to read it.

    Returns:
        OK; FAILED when no row had a product of the index; PARTIAL_FAILURE when more rows were
        rejected than the request allows; INTERRUPTED after Ctrl-C.

    Raises:
        FeedError: The feed cannot be read at all.
        EncoderError: The encoder did not make this index.
        IndexStoreError: There is no index, or it cannot be opened or written.
    """
    feed = request.open_updates()
    with open_index(settings) as index:
        try:
            with show_index_progress(None) as progress:
                report = index.update(feed, merchant_id=request.merchant_id, progress=progress)
        except KeyboardInterrupt:
            print_notice("interrupted: whole batches were updated; run the command again.")
            return ExitCode.INTERRUPTED
    feed.append_rejections(report.indexing_issues)
    _show_report(report, request.get_rejects_path())
    if not report.n_accepted:
        print_notice("error: nothing was updated: no row has an indexed product.", style="red")
        return ExitCode.FAILED
    return check_rejected_share(report, request.max_rejected)


def show_update_plan(request: FeedRequest, mapping_out: Path | None) -> ExitCode:
    """Show what the columns of a feed of updates are used for; nothing is updated.

    Args:
        request: The feed and how to read it.
        mapping_out: Where to write the mapping file; it is shown when None.

    Returns:
        OK; FAILED when there is no update; PARTIAL_FAILURE when more rows are rejected than the
        request allows.

    Raises:
        FeedError: The feed cannot be read at all, or the mapping cannot be written.
    """
    feed = request.open_updates(is_preview=True)
    show_columns(feed, feed.describe_columns())
    report = _scan(feed)
    table = Table("updates", "", show_header=False)
    table.add_row("rows with an update", f"{report.updated:,}")
    table.add_row("rejected", f"{report.n_rejected:,}")
    table.add_row("values left out", f"{report.n_warnings:,}")
    get_stdout_console().print(table)
    _show_issues(report)
    show_mapping(feed, request, mapping_out)
    if not report.updated:
        print_notice("error: no row of the feed makes an update.", style="red")
        return ExitCode.FAILED
    return check_rejected_share(report, request.max_rejected)


def _scan(feed: UpdateFeed) -> IndexReport:
    report = IndexReport()
    with get_stderr_console().status(f"reading {feed.path.name}"):
        for row in feed.iter_updates():
            read = row.read(None)
            for warning in read.warnings:
                report.add_warning(warning)
            if rejection := row.rejection or read.rejection:
                report.reject(rejection)
            report.updated += read.update is not None
    return report


def _show_report(report: IndexReport, rejects: Path) -> None:
    table = Table("products", "", show_header=False)
    table.add_row("updated", f"{report.updated:,}")
    table.add_row("unchanged", f"{report.unchanged:,}")
    table.add_row("not in the index", f"{report.n_unknown:,}")
    table.add_row("rejected", f"{report.n_rejected:,}")
    if report.n_warnings:
        table.add_row("values removed as unusable", f"{report.n_warnings:,}")
    table.add_row("took", f"{report.duration_s:,.1f} s, {format_rate(report)}")
    get_stdout_console().print(table)
    _show_issues(report)
    for column, reason in report.ignored_columns.items():
        print_notice(f"column {column!r} was ignored: {reason}")
    if report.n_rejected or report.n_warnings or report.n_unknown:
        get_stdout_console().print(f"All of them are in {rejects}", soft_wrap=True)


def _show_issues(report: IndexReport) -> None:
    show_groups("not in the index", report.unknown_groups)
    show_groups("rejected", report.rejection_groups)
    show_groups("updated without a value", report.warning_groups)
