"""The work of `shopwindow index`: read, index, report."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from index import IndexReport, ProductFeed, ProductIndex, read_products
from index.index_report import ProgressCallback
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_progress import show_index_progress
from shopwindow.serving.cli.index_report import append_late_rejections, show_index_report
from shopwindow.serving.cli.output import get_stderr_console, print_notice
from shopwindow.values.errors import DeletionRefusedError, ShopwindowError
from shopwindow.values.settings import Settings

MAX_COUNTED_BYTES = 500_000_000
"""Feeds up to this size are read once beforehand to know how many rows there are."""


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A feed and how to read it; empty values are found out.

    Attributes:
        path: The feed.
        mapping: TOML file that says what columns mean.
        format: Format of the feed.
        encoding: Encoding of the feed.
        rejects: File for rejected rows; beside the feed when None.
        photo_folder: Where photos go that the feed holds itself.
        merchant_id: The only seller of the feed, also of rows that name none.
        currency: Currency of prices that name none.
        language: Language of titles that name none.
        delete_missing: The feed is complete: delete what it lacks.
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

    def get_rejects_path(self) -> Path:
        """Return the file for rejected rows: beside the feed, or here if that is read-only."""
        if self.rejects:
            return self.rejects
        name = f"{self.path.name}.rejects.csv"
        folder = self.path.parent
        return folder / name if os.access(folder, os.W_OK) else Path(name)

    def open_feed(self) -> ProductFeed:
        """Open the feed.

        Returns:
            The feed, checked as far as its header.

        Raises:
            FeedError: It cannot be read at all, or an option has no sense.
        """
        return read_products(
            self.path,
            mapping=self.mapping,
            format=self.format or None,
            rejects=self.get_rejects_path(),
            photo_folder=self.photo_folder,
            encoding=self.encoding,
            merchant_id=self.merchant_id,
            currency=self.currency,
            language=self.language,
        )


def index_feed(settings: Settings, request: FeedRequest) -> ExitCode:
    """Index a feed, showing how far it is, and then what came of it.

    Returns:
        OK; FAILED when nothing could be taken, or when what a full feed lacks was not deleted;
        INTERRUPTED after Ctrl-C.

    Raises:
        FeedError: The feed cannot be read at all.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: The index cannot be opened or written.
    """
    feed = request.open_feed()
    n_rows, surveyed = scan_feed(feed)
    if n_rows is not None and n_rows == surveyed.n_rejected:
        return _nothing_taken(surveyed, request.get_rejects_path())
    with open_index(settings, must_exist=False) as index:
        try:
            with show_index_progress(n_rows) as progress:
                report = _added(index, feed, request, progress)
            _finish_graph(index, settings)
        except KeyboardInterrupt:
            return _interrupted(index)
    append_late_rejections(request.get_rejects_path(), report)
    if not report.n_accepted:
        return _nothing_taken(report, request.get_rejects_path())
    show_index_report(report, request.get_rejects_path())
    if not report.not_deleted_reason:
        return ExitCode.OK
    print_notice(f"error: {report.not_deleted_reason}", style="red")
    return ExitCode.FAILED


def _added(
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
        return cast(IndexReport, exc.report)  # what the feed has is indexed all the same


def scan_feed(feed: ProductFeed) -> tuple[int | None, IndexReport]:
    """Read a feed once without indexing it, to know how long it is.

    Returns:
        The number of rows, None for a feed too large to be read twice; and what was rejected.

    Raises:
        FeedError: The feed cannot be read at all.
    """
    report = IndexReport()
    n_bytes = feed.path.stat().st_size
    if n_bytes > MAX_COUNTED_BYTES:
        print_notice(f"{feed.path} has {n_bytes / 1e9:.1f} GB: it is not counted first, so the time left "
            "is not shown")  # fmt: skip
        return None, report
    n_rows = 0
    with get_stderr_console().status(f"reading {feed.path.name}"):
        for row in feed.iter_rows():
            n_rows += 1
            if row.rejection and not row.rejection.withdrawn:
                report.reject(row.rejection)
    return n_rows, report


def _finish_graph(index: ProductIndex, settings: Settings) -> None:
    if index.count() < settings.index.hnsw_min_points:
        return
    with get_stderr_console().status("building the search graph"):
        index.optimize(wait=True)


def _interrupted(index: ProductIndex) -> ExitCode:
    try:
        n_products = f"{index.count():,} products are"
    except ShopwindowError:  # the server may be what was waited for when Ctrl-C came
        n_products = "whole batches are"
    print_notice(
        f"interrupted: {n_products} in the index at {index.location}. The same command goes on "
        "where it stopped."
    )
    return ExitCode.INTERRUPTED


def _nothing_taken(report: IndexReport, rejects: Path) -> ExitCode:
    show_index_report(report, rejects)
    why = "each row was rejected" if report.n_rejected else "the feed has no rows"
    print_notice(f"error: nothing could be taken: {why}.", style="red")
    return ExitCode.FAILED
