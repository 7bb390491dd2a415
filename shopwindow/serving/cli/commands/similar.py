"""`shopwindow similar`: products similar to one of the index."""

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson, Limit, Merchants, ProductId


def similar(
    ctx: typer.Context,
    product_id: ProductId,
    limit: Limit = 10,
    merchant: Merchants = None,
    as_json: AsJson = False,
) -> None:
    """Find products similar to one of the index."""
    from shopwindow.serving.cli.product_search import show_similar  # noqa: PLC0415 -- `--help` does without

    show_similar(load_settings(ctx), product_id, limit, tuple(merchant or ()), as_json)
