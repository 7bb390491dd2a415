"""`shopwindow index`: a catalogue into the index."""

from pathlib import Path
from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import (
    ColumnMapping,
    DryRun,
    Encoding,
    FeedCurrency,
    FeedFormat,
    MappingOut,
    MaxRejected,
    Merchant,
    PhotoFolder,
    RejectsPath,
)
from shopwindow.serving.cli.output import print_notice


def index(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    feed: Annotated[
        str, typer.Argument(metavar="FEED", help="The catalogue: a file, or an http(s) address.")
    ],
    *,
    mapping: ColumnMapping = None,
    feed_format: FeedFormat = "",
    encoding: Encoding = "",
    rejects: RejectsPath = None,
    delete_missing: Annotated[
        bool,
        typer.Option(
            "--delete-missing",
            help="The feed is complete: delete its sellers' products that it lacks.",
        ),
    ] = False,
    full: Annotated[bool, typer.Option("--full", hidden=True)] = False,
    merchant: Merchant = "",
    currency: FeedCurrency = "",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language of titles that name none, as en.")
    ] = "",
    photo_folder: PhotoFolder = None,
    max_rejected: MaxRejected = 10.0,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Read a feed by address again although it has not changed."),
    ] = False,
    dry_run: DryRun = False,
    mapping_out: MappingOut = None,
) -> int:
    """Read a catalogue into the index; only what is new or changed costs time.

    Rows and values that cannot be used are counted, shown and written to a file, and the rest is
    indexed; products that are drafts, archived or not published are removed from the index. The
    exit code is 0; 3 when more than --max-rejected percent of the rows were rejected; 1 when no
    rows were imported, or when --delete-missing would delete too much or a row's id cannot be read.
    The file of rejected rows can be corrected and indexed as it is. Ctrl-C stops between two
    batches; the same command resumes there. A feed by address that has not changed since it was
    indexed is not read again.

    Returns:
        The exit code.
    """
    from index import is_feed_address  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.index_feed import FeedRequest, index_feed  # noqa: PLC0415 -- `--help` does without

    if full:
        print_notice("warning: --full is now called --delete-missing; use that name instead")
    request = FeedRequest(
        path=Path(feed),
        mapping=mapping,
        format=feed_format,
        encoding=encoding,
        rejects=rejects,
        photo_folder=photo_folder,
        merchant_id=merchant,
        currency=currency,
        language=language,
        delete_missing=delete_missing or full,
        max_rejected=max_rejected,
    )
    settings = load_settings(ctx)
    if is_feed_address(feed):
        from shopwindow.serving.cli.index_address import dry_run_address, index_address  # noqa: PLC0415 -- loads httpx

        if dry_run or mapping_out:
            return dry_run_address(settings, request, feed, mapping_out)
        return index_address(settings, request, feed, refresh=refresh)
    if dry_run or mapping_out:
        from shopwindow.serving.cli.dry_run import show_dry_run  # noqa: PLC0415 -- rarely needed

        return show_dry_run(request, mapping_out)
    return index_feed(settings, request)
