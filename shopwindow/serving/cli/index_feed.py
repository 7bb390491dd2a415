"""Indexing of a feed: read, index, report."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from index import (
    IndexReport,
    ProductFeed,
    ProductIndex,
    ProgressCallback,
    UpdateFeed,
    keep_clip,
    read_products,
    read_updates,
)
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_progress import show_index_progress
from shopwindow.serving.cli.index_report import show_index_report
from shopwindow.serving.cli.output import get_stderr_console, print_notice
from shopwindow.values import find_cache_dir
from shopwindow.values.errors import DeletionRefusedError, ShopwindowError
from shopwindow.values.settings import Settings

DEFAULT_MAX_REJECTED = 10.0
"""Percent of rejected rows above which the exit code says so."""
MAX_COUNTED_BYTES = 500_000_000
"""Feeds up to this size are read once beforehand to count their rows for the progress bar."""


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A feed and how to read it; what is empty is detected.

    Attributes:
        path: The feed.
        mapping: TOML file that says what columns mean.
        format: Format of the feed.
        encoding: Encoding of the feed.
        rejects: File for rejected rows; beside the feed when None.
        photo_folder: Where photos go that are embedded in the feed.
        merchant_id: The only seller of the feed, also of rows that name none.
        currency: Currency of prices that name none.
        language: Language of titles that name none.
        delete_missing: The feed is complete: delete products that it lacks.
        max_rejected: Percent of the rows that may be rejected before the run counts as failed.
        base_address: The address that the feed was fetched from; empty for a file.
    """

    path: Path
    mapping: Path | None = None
    format: str = ""
    encoding: str = ""
    rejects: Path | None = None
    photo_folder: Path | None = None
    merchant_id: str = ""
    currency: str = ""
    language: str = ""
    delete_missing: bool = False
    max_rejected: float = DEFAULT_MAX_REJECTED
    base_address: str = ""

    def get_rejects_path(self) -> Path:
        """Return the file for rejected rows: beside the feed, or here if that is read-only.

        A feed that was fetched is beside nothing.
        """
        if self.rejects:
            return self.rejects
        name = f"{self.path.name}.rejects.csv"
        if self.base_address:
            return Path(name)
        folder = self.path.parent
        return folder / name if os.access(folder, os.W_OK) else Path(name)

    def open_feed(self, is_preview: bool = False) -> ProductFeed:
        """Open the feed, and check its header.

        Args:
            is_preview: Reading it writes no file of rejected rows, and opens no videos.

        Returns:
            The feed; its rows are read later.

        Raises:
            FeedError: It cannot be read at all, or an option is not valid.
        """
        return read_products(
            self.path,
            mapping=self.mapping,
            format=self.format or None,
            rejects=None if is_preview else self.get_rejects_path(),
            photo_folder=self.photo_folder,
            read_clip=keep_clip if is_preview else _make_clip_reader(self.photo_folder),
            encoding=self.encoding,
            merchant_id=self.merchant_id,
            currency=self.currency,
            language=self.language,
            base_address=self.base_address,
        )

    def open_updates(self, is_preview: bool = False) -> UpdateFeed:
        """Open the feed as one of partial updates; see `open_feed`.

        Returns:
            The feed; its rows are read later.

        Raises:
            FeedError: It cannot be read at all, or an option is not valid.
        """
        return read_updates(
            self.path,
            mapping=self.mapping,
            format=self.format or None,
            rejects=None if is_preview else self.get_rejects_path(),
            encoding=self.encoding,
            merchant_id=self.merchant_id,
            currency=self.currency,
            base_address=self.base_address,
        )


def _make_clip_reader(photo_folder: Path | None) -> Callable[[str], Sequence[str]] | None:
    """Return what makes photos of videos; None where there is no folder to write them to."""
    from embed import ClipFrameFolder  # noqa: PLC0415 -- most commands read no feed

    cache_dir = find_cache_dir()
    folder = photo_folder or (cache_dir / "clips" if cache_dir else None)
    return ClipFrameFolder(folder) if folder else None


def index_feed(
    settings: Settings,
    request: FeedRequest,
    on_indexed: Callable[[IndexReport, int], None] | None = None,
) -> ExitCode:
    """Index a feed, showing progress, and then the report.

    Args:
        settings: The settings in force.
        request: The feed and how to read it.
        on_indexed: Called with the report and the number of products in the index, once the feed is
            indexed as it should be.

    Returns:
        OK; FAILED when no rows were imported, or when missing products were not deleted;
        PARTIAL_FAILURE when more rows were rejected than the request allows; INTERRUPTED
        after Ctrl-C.

    Raises:
        FeedError: The feed cannot be read at all.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: The index cannot be opened or written.
    """
    feed = request.open_feed()
    n_rows, scan_report = scan_feed(feed)
    if n_rows is not None and n_rows == scan_report.n_rejected:
        return _report_no_rows(scan_report, request.get_rejects_path())
    with open_index(settings, must_exist=False) as index:
        try:
            with show_index_progress(n_rows) as progress:
                report = _add_products(index, feed, request, progress)
            _build_graph(index, settings)
            n_products = index.count()
        except KeyboardInterrupt:
            return _report_interrupt(index)
    feed.append_rejections(report.indexing_issues)
    if not report.n_accepted:
        return _report_no_rows(report, request.get_rejects_path())
    show_index_report(report, request.get_rejects_path())
    if report.not_deleted_reason:
        print_notice(f"error: {report.not_deleted_reason}", style="red")
        return ExitCode.FAILED
    code = check_rejected_share(report, request.max_rejected)
    if on_indexed and code == ExitCode.OK:
        on_indexed(report, n_products)
    return code


def check_rejected_share(report: IndexReport, limit: float) -> ExitCode:
    """Return PARTIAL_FAILURE, and say so, when more than a share of the rows was rejected.

    Args:
        report: The counts.
        limit: The share in percent.
    """
    if report.rejected_share * 100 <= limit:
        return ExitCode.OK
    print_notice(
        f"error: {report.n_rejected:,} of {report.n_processed:,} rows were rejected, more than "
        f"{limit:g} %; --max-rejected sets the limit. The other rows are not affected.",
        style="red",
    )
    return ExitCode.PARTIAL_FAILURE


def _add_products(
    index: ProductIndex, feed: ProductFeed, request: FeedRequest, progress: ProgressCallback
) -> IndexReport:
    try:
        return index.add(
            feed,
            delete_missing=request.delete_missing,
            merchant_id=request.merchant_id,
            progress=progress,
        )
    except DeletionRefusedError as exc:
        return cast(IndexReport, exc.report)  # the products of the feed are indexed all the same


def scan_feed(feed: ProductFeed) -> tuple[int | None, IndexReport]:
    """Count the rows of a feed, and those that are rejected, without indexing it.

    Returns:
        The number of rows, None for a feed too large to be read twice; and a report that counts the
        rejected ones.

    Raises:
        FeedError: The feed cannot be read at all.
    """
    report = IndexReport()
    n_bytes = feed.path.stat().st_size
    if n_bytes > MAX_COUNTED_BYTES:
        print_notice(
            f"{feed.path} has {n_bytes / 1e9:.1f} GB: its rows are not counted first, so the time "
            "left is not shown"
        )
        return None, report
    n_rows = 0
    with get_stderr_console().status(f"reading {feed.path.name}"):
        for row in feed.iter_rows():
            n_rows += 1
            if row.rejection and not row.rejection.withdrawn:
                report.reject(row.rejection)
    return n_rows, report


def _build_graph(index: ProductIndex, settings: Settings) -> None:
    if index.count() < settings.index.hnsw_min_points:
        return
    with get_stderr_console().status("building the search graph"):
        index.optimize(wait=True)


def _report_interrupt(index: ProductIndex) -> ExitCode:
    try:
        n_products = f"{index.count():,} products are"
    except ShopwindowError:  # Ctrl-C may have come while waiting for the server
        n_products = "whole batches are"
    print_notice(
        f"interrupted: {n_products} in the index at {index.location}. The same command resumes "
        "where it stopped."
    )
    return ExitCode.INTERRUPTED


def _report_no_rows(report: IndexReport, rejects: Path) -> ExitCode:
    show_index_report(report, rejects)
    reason = "each row was rejected" if report.n_rejected else "the feed has no rows"
    print_notice(f"error: no rows imported: {reason}.", style="red")
    return ExitCode.FAILED
