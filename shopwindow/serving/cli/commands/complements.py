"""`shopwindow complements`: what goes with a product."""

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson, Limit, Merchants, ProductId


def complements(
    ctx: typer.Context,
    product_id: ProductId,
    limit: Limit = 10,
    merchant: Merchants = None,
    as_json: AsJson = False,
) -> None:
    """Find what goes with a product: bought with it, or of other kinds in its style."""
    from shopwindow.serving.cli.recommendations import show_complements  # noqa: PLC0415 -- `--help` does without

    show_complements(load_settings(ctx), product_id, limit, tuple(merchant or ()), as_json)
