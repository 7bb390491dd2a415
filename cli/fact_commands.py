"""`shopwindow encoders` and `shopwindow info`: what there is to choose, and what is in force."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from cli.invocation import Invocation


def encoders(ctx: typer.Context) -> None:
    """List the encoders that are known; others of their families load as well."""
    from cli.facts import show_encoders  # noqa: PLC0415 -- `--help` does without

    invocation: Invocation = ctx.obj
    show_encoders(invocation.settings().encoder.name)


def info(ctx: typer.Context) -> None:
    """Show the settings in force and the facts about the index."""
    from cli.facts import show_index, show_settings  # noqa: PLC0415 -- `--help` does without

    invocation: Invocation = ctx.obj
    settings = invocation.settings()
    show_settings(settings)
    show_index(settings)
