"""`shopwindow serve`: the page in a browser."""

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.output import print_notice

if TYPE_CHECKING:
    from search import SearchService
    from shopwindow.serving.cli.context import CliContext
    from shopwindow.values.settings import Settings


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
    invocation: CliContext = ctx.obj
    settings = invocation.load_settings()
    listening = {"host": host or settings.server.host}
    given = listening if port is None else {**listening, "port": port}
    server = settings.server.model_copy(update=given)
    serve_page(invocation, settings.model_copy(update={"server": server}))


def serve_page(invocation: "CliContext", settings: "Settings") -> None:
    """Serve the page of the settings' index until Ctrl-C.

    Raises:
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: Events are to be logged, and cannot be.
    """
    from shopwindow.serving.cli.context import open_event_log, open_service  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.log_file import configure_logging  # noqa: PLC0415

    configure_logging()
    with open_event_log(settings) as events, open_service(settings, events) as service:
        Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        print_notice(f"opening the page of {service.index.count():,} products ...")
        invocation.launch(service, settings)  # says the address once the page is there


def _warm_up(service: "SearchService") -> None:
    from shopwindow.values.errors import ShopwindowError  # noqa: PLC0415 -- `--help` does without

    with suppress(ShopwindowError):  # the first query says what is wrong
        service.warm_up()
