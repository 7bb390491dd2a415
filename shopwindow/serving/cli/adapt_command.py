"""`shopwindow adapt`: teach the encoder a shop. The work is in `shopwindow.serving.cli.adapting`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def adapt(
    ctx: typer.Context,
    feed: Annotated[Path, typer.Argument(metavar="FEED", help="The shop's catalogue.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the new encoder goes.")
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file that says what columns mean.")
    ] = None,
    photo_folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where photos go that the feed holds itself."),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            metavar="N", min=200, max=100_000, help="Most products to learn from; drawn by chance."
        ),
    ] = 20_000,
) -> int:
    """Teach the encoder a shop: a few minutes later words find its photos.

    A fifth of the products is held back to compare before and after; what is not clearly better
    is not saved. Then index anew: `shopwindow --encoder FOLDER --index NEW index FEED`.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.adapting import adapt_to_feed  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.indexing import FeedRequest  # noqa: PLC0415

    invocation: CliContext = ctx.obj
    request = FeedRequest(path=feed, mapping=mapping, photo_folder=photo_folder)
    return adapt_to_feed(invocation.load_settings(), request, out, limit)
