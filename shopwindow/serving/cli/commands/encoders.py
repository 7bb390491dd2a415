"""`shopwindow encoders`: the known encoders, and a check of one of them."""

from typing import Annotated

import typer

from shopwindow.serving.cli.command_loading import format_help
from shopwindow.serving.cli.context import load_settings


def list_encoders(ctx: typer.Context) -> None:
    """List the known encoders; others of their families load as well.

    `shopwindow encoders verify NAME` downloads one and checks it.
    """
    if ctx.invoked_subcommand is not None:
        return
    from shopwindow.serving.cli.info_tables import show_encoders  # noqa: PLC0415 -- `--help` does without

    show_encoders(load_settings(ctx).encoder.name)


def verify(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An encoder's name, or its folder.")
    ] = "",
) -> None:
    """Download an encoder if need be and check it: dimensions, unit length, texts against photos.

    Without a name it is the one of the settings. It ends with how to index with it.
    """
    from shopwindow.serving.cli.verify_encoder import verify_encoder  # noqa: PLC0415 -- `--help` does without

    settings = load_settings(ctx)
    verify_encoder(settings, name or settings.encoder.name)


app = typer.Typer(add_completion=False)
app.callback(invoke_without_command=True, help=format_help(list_encoders))(list_encoders)
app.command("verify", help=format_help(verify))(verify)
