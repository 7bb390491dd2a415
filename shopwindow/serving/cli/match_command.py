"""`shopwindow match`: its options. The work is in `shopwindow.serving.cli.match_photos`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.filter_options import Brands, Category, InStock, Merchants

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


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
        bool, typer.Option("--thumbnails/--no-thumbnails", help="Small pictures in an .xlsx.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Write over a sheet that exists.")] = False,
) -> int:
    """Find the products that many photos show, and write them into a spreadsheet.

    There is one row for each photo and place. A photo that cannot be used gets a row with the
    reason, and the rest goes on: the exit code is then 3, and 1 when no photo could be used.
    Ctrl-C ends it with what is done in the sheet.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.match_photos import MatchRequest, match_into_sheet  # noqa: PLC0415 -- `--help` does without
    from shopwindow.values.query import Filters  # noqa: PLC0415

    invocation: CliContext = ctx.obj
    filters = Filters(
        category=category,
        brand=tuple(brand or ()),
        merchant_id=tuple(merchant or ()),
        in_stock=in_stock,
    )
    request = MatchRequest(tuple(photos), out, limit, filters, thumbnails, force)
    return match_into_sheet(invocation.load_settings(), request)
