"""`shopwindow serve`: the page in a browser."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def serve(
    ctx: typer.Context,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 for all.")
    ] = "",
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=65_535, help="Port to listen on; 0 takes a free one."),
    ] = None,
) -> None:
    """Open the search page of the index; Ctrl-C ends it."""
    from shopwindow.serving.cli.serve_page import serve_page  # noqa: PLC0415 -- `--help` does without

    context: CliContext = ctx.obj
    settings = context.load_settings()
    server = settings.server.model_copy(
        update={
            "host": host or settings.server.host,
            "port": settings.server.port if port is None else port,
        }
    )
    serve_page(settings.model_copy(update={"server": server}), context.launch)
