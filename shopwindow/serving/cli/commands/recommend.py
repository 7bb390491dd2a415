"""`shopwindow recommend`: the home page of one visitor."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson, Cursor, Limit, Merchants


def recommend(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="USER", help="Id of the visitor; none for an anonymous one.")
    ] = "",
    limit: Limit = 20,
    merchant: Merchants = None,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Show the home page of one visitor: what is recommended to them, and why.

    Their interactions are read from the event log; looking at the page here is not logged.
    """
    from shopwindow.serving.cli.recommendations import show_recommendations  # noqa: PLC0415 -- `--help` does without
    from shopwindow.values import Filters, Query  # noqa: PLC0415

    settings = load_settings(ctx)
    filters = Filters(merchant_id=tuple(merchant or ()))
    query = Query(limit=limit, filters=filters, user_id=user, cursor=cursor)
    show_recommendations(settings, query, as_json)
