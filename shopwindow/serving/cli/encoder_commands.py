"""`shopwindow encoders`: what there is to choose, and whether one of them does what it should."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def encoders(ctx: typer.Context) -> None:
    """List the encoders that are known; others of their families load as well.

    `shopwindow encoders verify NAME` downloads one and checks it.
    """
    if ctx.invoked_subcommand is not None:
        return
    from shopwindow.serving.cli.info_tables import show_encoders  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    show_encoders(invocation.load_settings().encoder.name)


def verify(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An encoder's name, or its folder.")
    ] = "",
) -> None:
    """Download an encoder if need be and check it: widths, unit length, words against photos.

    Without a name it is the one of the settings. It ends with how to index with it.
    """
    from shopwindow.serving.cli.encoder_verification import verify_encoder  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    settings = invocation.load_settings()
    verify_encoder(settings, name or settings.encoder.name)


def build_encoders_app(format_help: Callable[..., str]) -> Any:
    """Return `shopwindow encoders` with what is below it.

    Args:
        format_help: Makes a command's help of its docstring.
    """
    app = typer.Typer()
    app.callback(invoke_without_command=True, help=format_help(encoders))(encoders)
    app.command("verify", help=format_help(verify))(verify)
    return app
