"""`shopwindow update`: new prices, stock and attributes for products of the index."""

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
        Path, typer.Argument(metavar="FEED", help="Ids, and the columns that changed.")
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
    from shopwindow.serving.cli.index_feed import FeedRequest  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.update_index import show_update_plan, update_index  # noqa: PLC0415

    request = FeedRequest(
        path=feed,
        mapping=mapping,
        format=feed_format,
        encoding=encoding,
        rejects=rejects,
        merchant_id=merchant,
        currency=currency,
        max_rejected=max_rejected,
    )
    if dry_run or mapping_out:
        return show_update_plan(request, mapping_out)
    return update_index(load_settings(ctx), request)
