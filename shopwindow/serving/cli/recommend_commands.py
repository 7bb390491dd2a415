"""`shopwindow feed`, `shopwindow complements` and `shopwindow profile`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.filter_options import Merchants
from shopwindow.serving.cli.search_commands import AsJson, Limit

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def recommend(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="USER", help="Id of the visitor; none for a stranger.")
    ] = "",
    limit: Limit = 20,
    merchant: Merchants = None,
    cursor: Annotated[
        str, typer.Option(metavar="C", help="Where the page before ended: its next_cursor.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show the home page of one visitor: what suits them, and why.

    What they did is read from the event log; looking at it here is not logged.
    """
    from shopwindow.serving.cli.recommending import show_recommendations  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    show_recommendations(
        invocation.load_settings(), user, (limit, tuple(merchant or ()), cursor), as_json
    )


def complements(
    ctx: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="ID", help="Id of an indexed product.")],
    limit: Limit = 10,
    merchant: Merchants = None,
    as_json: AsJson = False,
) -> None:
    """Find what goes with a product: bought with it, or of other kinds in its style."""
    from shopwindow.serving.cli.recommending import show_complements  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    show_complements(
        invocation.load_settings(), product_id, (limit, tuple(merchant or ())), as_json
    )


def profile(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="Id of the visitor.")],
    as_json: AsJson = False,
) -> None:
    """Show what is known of a visitor: interests, tastes, prices, and what they did last."""
    from shopwindow.serving.cli.recommending import show_profile  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    show_profile(invocation.load_settings(), user, as_json)
