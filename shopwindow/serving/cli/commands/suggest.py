"""`shopwindow suggest`: completions of a query."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson, Merchants


def suggest(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What was typed so far, in quotation marks.")
    ],
    limit: Annotated[int, typer.Option(metavar="N", help="Suggestions shown, 1 to 50.")] = 8,
    *,
    merchant: Merchants = None,
    as_json: AsJson = False,
) -> None:
    """Complete a query with the catalogue's categories, brands and words."""
    from shopwindow.serving.cli.suggestion_table import show_suggestions  # noqa: PLC0415 -- `--help` does without

    show_suggestions(load_settings(ctx), text, limit, tuple(merchant or ()), as_json)
