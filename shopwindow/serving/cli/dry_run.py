"""Reading a feed without indexing it: what its columns are, and what would be rejected."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from index import Feed, FeedPreview, preview_feed
from index.catalog import ColumnUse
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_feed import FeedRequest, check_rejected_share
from shopwindow.serving.cli.index_report import show_issues
from shopwindow.serving.cli.output import (
    get_stderr_console,
    get_stdout_console,
    print_notice,
    sanitize_line,
)
from shopwindow.values.errors import FeedError


def show_dry_run(request: FeedRequest, mapping_out: Path | None) -> ExitCode:
    """Show what a feed's columns are used for, and what would be rejected; nothing is indexed.

    Args:
        request: The feed and how to read it.
        mapping_out: Where to write the mapping file; it is shown when None.

    Returns:
        OK; FAILED when there is no product; PARTIAL_FAILURE when more rows are rejected than the
        request allows.

    Raises:
        FeedError: The feed cannot be read at all, or the mapping cannot be written.
    """
    feed = request.open_feed(is_preview=True)
    with get_stderr_console().status(f"reading {feed.path.name}"):
        preview = preview_feed(feed)
    show_columns(feed, preview.columns)
    _show_counts(preview)
    show_mapping(feed, request, mapping_out)
    if not preview.n_products:
        print_notice("error: no row of the feed makes a product.", style="red")
        return ExitCode.FAILED
    return check_rejected_share(preview.report, request.max_rejected)


def show_mapping(feed: Feed, request: FeedRequest, mapping_out: Path | None) -> None:
    """Show a mapping file that reads a feed as it is read, or write it.

    Args:
        feed: The feed.
        request: How it is read.
        mapping_out: Where to write the file; it is shown when None.

    Raises:
        FeedError: The mapping cannot be written.
    """
    text = feed.format_mapping({"format": request.format, "encoding": request.encoding})
    if mapping_out is None:
        get_stdout_console().print(text, soft_wrap=True)
    else:
        _write_mapping(mapping_out, text)


def show_columns(feed: Feed, columns: Sequence[ColumnUse]) -> None:
    """Show what each column of a feed is used for, with values."""
    title = f"{feed.path.name} ({feed.format})"
    table = Table("column", "", "use", "first values", "note", title=title)
    for use in columns:
        samples = " | ".join(use.samples)
        cells = (use.column, "" if use.is_sure else "?", use.use, samples, use.note)
        table.add_row(*(sanitize_line(cell) for cell in cells))
    get_stdout_console().print(table)
    get_stdout_console().print("?: a guess; check it, and correct it in a mapping file")


def _show_counts(preview: FeedPreview) -> None:
    report = preview.report
    table = Table("products", "", show_header=False)
    table.add_row("products", f"{preview.n_products:,}")
    table.add_row("not for sale", f"{report.n_withdrawn:,}")
    table.add_row("rejected", f"{report.n_rejected:,}")
    table.add_row("values left out", f"{report.n_warnings:,}")
    get_stdout_console().print(table)
    show_issues(report)


def _write_mapping(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise FeedError(path, f"the mapping cannot be written: {exc}") from exc
    print_notice(f"mapping written to {path}; read the feed with --mapping {path}")
