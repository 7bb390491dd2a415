"""`shopwindow info`: what is in force."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def info(ctx: typer.Context) -> None:
    """Show the settings in force and the facts about the index."""
    from shopwindow.serving.cli.info_tables import show_index, show_settings  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    settings = invocation.load_settings()
    show_settings(settings)
    show_index(settings)
