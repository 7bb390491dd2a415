"""`shopwindow profile`: one visitor's profile."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson


def profile(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="Id of the visitor.")],
    as_json: AsJson = False,
) -> None:
    """Show a visitor's profile: interests, preferences, prices, and recent interactions."""
    from shopwindow.serving.cli.profile_tables import show_profile  # noqa: PLC0415 -- `--help` does without

    show_profile(load_settings(ctx), user, as_json)
