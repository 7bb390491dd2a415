"""`shopwindow index`: its options. The work is in `shopwindow.serving.cli.indexing`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def index(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    feed: Annotated[Path, typer.Argument(metavar="FEED", help="The catalogue.")],
    *,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file that says what columns mean.")
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            help="csv, tsv, jsonl, parquet, google-xml or shopify; found out when not given.",
        ),
    ] = "",
    encoding: Annotated[
        str, typer.Option(metavar="NAME", help="Encoding of a feed that is not UTF-8, as cp1256.")
    ] = "",
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Takes what could not be used; FEED.rejects.csv when not given.",
        ),
    ] = None,
    delete_missing: Annotated[
        bool,
        typer.Option("--full", help="The feed is complete: delete what its sellers lack."),
    ] = False,
    merchant: Annotated[
        str, typer.Option(metavar="ID", help="The feed's only seller: of rows that name none too.")
    ] = "",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="Currency of prices that name none, as AED.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language of titles that name none, as en.")
    ] = "",
    photo_folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where photos go that the feed holds itself."),
    ] = None,
) -> int:
    """Read a catalogue into the index; only what is new or changed costs time.

    Rows and values that cannot be used are counted, shown and written to a file, and the rest is
    taken; products that are drafts, archived or not published are taken out of the index. The exit
    code is 0, and 1 only when nothing could be taken, or when --full would delete too much or a
    row's id cannot be read. Ctrl-C stops between two batches; the same command goes on from there.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.indexing import FeedRequest, index_feed  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    request = FeedRequest(
        path=feed,
        mapping=mapping,
        format=form,
        encoding=encoding,
        rejects=rejects,
        photo_folder=photo_folder,
        merchant_id=merchant,
        currency=currency,
        language=language,
        delete_missing=delete_missing,
    )
    return index_feed(invocation.load_settings(), request)
