"""`shopwindow update`: new prices, stock and attributes for products of the index."""

from contextlib import ExitStack
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
    RejectsPath,
)


def update(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    feed: Annotated[
        str,
        typer.Argument(
            metavar="FEED",
            help="Ids, and the columns that changed: a file, or an http(s) address.",
        ),
    ],
    *,
    mapping: ColumnMapping = None,
    feed_format: FeedFormat = "",
    encoding: Encoding = "",
    rejects: RejectsPath = None,
    merchant: Merchant = "",
    currency: FeedCurrency = "",
    max_rejected: MaxRejected = 10.0,
    dry_run: DryRun = False,
    mapping_out: MappingOut = None,
) -> int:
    """Change prices, stock and other values of indexed products; nothing is encoded.

    The feed needs the products' ids and only the columns that changed. Empty cells change nothing,
    (none) removes a value. Ids that are not in the index are counted; nothing is added or deleted.
    Columns of titles, descriptions and photos are ignored: `shopwindow index` takes these. The exit
    code is 0; 3 when more than --max-rejected percent of the rows were rejected; 1 when no row had
    an indexed product.

    Returns:
        The exit code.
    """
    from index import is_feed_address  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.index_feed import FeedRequest  # noqa: PLC0415
    from shopwindow.serving.cli.update_index import show_update_plan, update_index  # noqa: PLC0415

    request = FeedRequest(
        path=Path(feed),
        mapping=mapping,
        format=feed_format,
        encoding=encoding,
        rejects=rejects,
        merchant_id=merchant,
        currency=currency,
        max_rejected=max_rejected,
    )
    settings, is_dry = load_settings(ctx), dry_run or bool(mapping_out)
    with ExitStack() as stack:
        if is_feed_address(feed):
            from shopwindow.serving.cli.index_address import fetch_request  # noqa: PLC0415 -- loads httpx

            request = stack.enter_context(fetch_request(settings, request, feed))
        return show_update_plan(request, mapping_out) if is_dry else update_index(settings, request)
