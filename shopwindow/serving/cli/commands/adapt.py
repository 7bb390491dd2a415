"""`shopwindow adapt`: fine-tune the encoder on a shop's catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import ColumnMapping, PhotoFolder


def adapt(
    ctx: typer.Context,
    feed: Annotated[Path, typer.Argument(metavar="FEED", help="The shop's catalogue.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the new encoder goes.")
    ],
    *,
    mapping: ColumnMapping = None,
    photo_folder: PhotoFolder = None,
    limit: Annotated[
        int,
        typer.Option(
            metavar="N", min=200, max=100_000, help="Most products to train on; sampled at random."
        ),
    ] = 20_000,
) -> int:
    """Fine-tune the encoder on a shop's own photos and titles.

    It takes a few minutes. A fifth of the products is held out to compare before and after; an
    encoder that is not clearly better is not saved. Then index anew:
    `shopwindow --encoder FOLDER --index NEW index FEED`.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.adapt_to_feed import adapt_to_feed  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.index_feed import FeedRequest  # noqa: PLC0415

    request = FeedRequest(path=feed, mapping=mapping, photo_folder=photo_folder)
    return adapt_to_feed(load_settings(ctx), request, out, limit)
