"""`shopwindow suggest`: its options. The work is in `shopwindow.serving.cli.suggesting`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.filter_options import Merchants

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def suggest(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What was typed so far, in quotation marks.")
    ],
    limit: Annotated[int, typer.Option(metavar="N", help="Suggestions shown, 1 to 50.")] = 8,
    *,
    merchant: Merchants = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document instead of a table.")
    ] = False,
) -> None:
    """Show how a begun query may go on: the catalogue's categories, brands and words."""
    from shopwindow.serving.cli.suggesting import show_suggestions  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    asked = (limit, tuple(merchant or ()))
    show_suggestions(invocation.load_settings(), text, asked, as_json)
