"""`shopwindow match`: visual search in batch."""

from pathlib import Path
from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import Brands, Category, InStock, Merchants


def match(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTOS...",
            help="Files, folders (with all below them), addresses, or lists: @list.txt, @list.csv.",
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The sheet to write: .xlsx, .csv or .jsonl."),
    ] = Path("matches.xlsx"),
    limit: Annotated[int, typer.Option(metavar="N", help="Products for each photo, 1 to 500.")] = 5,
    category: Category = "",
    brand: Brands = None,
    merchant: Merchants = None,
    in_stock: InStock = None,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails/--no-thumbnails", help="Thumbnails in an .xlsx.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a sheet that exists.")] = False,
) -> int:
    """Run a visual search for each of many photos, and write the matches into a spreadsheet.

    There is one row for each photo and rank. A photo that cannot be used gets a row with the
    error, and the rest goes on: the exit code is then 3, and 1 when no photo could be used.
    After Ctrl-C the sheet has what is done so far.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.match_photos import MatchRequest, match_into_sheet  # noqa: PLC0415 -- `--help` does without
    from shopwindow.values import Filters  # noqa: PLC0415

    filters = Filters(
        category=category,
        brand=tuple(brand or ()),
        merchant_id=tuple(merchant or ()),
        in_stock=in_stock,
    )
    request = MatchRequest(tuple(photos), out, limit, filters, thumbnails, force)
    return match_into_sheet(load_settings(ctx), request)
