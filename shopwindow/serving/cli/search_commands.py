"""`shopwindow search` and `shopwindow similar`: their options. The work is in `shopwindow.serving.cli.searching`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.filter_options import Brands, Category, InStock, Merchants

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

Limit = Annotated[int, typer.Option(metavar="N", help="Products shown, 1 to 500.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


def search(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="Words, in any language.")
    ] = None,
    *,
    image: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="A photo to look like, a file or an address; or several."
        ),
    ] = None,
    crop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="L,T,R,B",
            help="The part of a photo that counts, left, top, right and bottom from 0 to 1, as "
            "0.2,0,0.8,0.5: one for each --image, or one for all.",
        ),
    ] = None,
    image_weight: Annotated[
        float | None,
        typer.Option(metavar="X", help="How much photos count against the text, 0 to 1."),
    ] = None,
    not_like: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A product that hits should not be like; or several."),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(metavar="ORDER", help="relevance, price_low, price_high, newest, popular."),
    ] = "relevance",
    diversity: Annotated[
        float | None,
        typer.Option(metavar="X", help="How far hits must differ from each other, 0 to 1."),
    ] = None,
    limit: Limit = 10,
    category: Category = "",
    brand: Brands = None,
    merchant: Merchants = None,
    price_min: Annotated[float | None, typer.Option(metavar="X", help="Least price.")] = None,
    price_max: Annotated[float | None, typer.Option(metavar="X", help="Greatest price.")] = None,
    in_stock: InStock = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="As color=red; the same name again: or."),
    ] = None,
    as_json: AsJson = False,
    cursor: Annotated[
        str, typer.Option(metavar="C", help="Where the page before ended: its next_cursor.")
    ] = "",
    verbatim: Annotated[
        bool, typer.Option("--literal", help="Take the words as they are: correct and read none.")
    ] = False,
    no_relax: Annotated[
        bool, typer.Option("--no-relax", help="Give no filter up when nothing passes them all.")
    ] = False,
    no_collapse: Annotated[
        bool,
        typer.Option("--all-variants", help="Show each variant, and each product with one photo."),
    ] = False,
    rules: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Rules to search by, instead of those that SHOPWINDOW_SEARCH__RULES "
            "names; see `shopwindow rules`.",
        ),
    ] = "",
) -> None:
    """Find products by words, by photos, or by both; with neither, browse by the filters."""
    from shopwindow.serving.cli.searching import (  # noqa: PLC0415 -- `--help` does without
        SearchOptions,
        SortOptions,
        VisualOptions,
        show_search,
    )

    invocation: CliContext = ctx.obj
    wish = SearchOptions(
        text=" ".join(words or ()),
        visual=VisualOptions(
            tuple(image or ()), tuple(crop or ()), image_weight, tuple(not_like or ())
        ),
        sorting=SortOptions(sort, diversity, not no_collapse),
        limit=limit,
        category=category,
        brands=tuple(brand or ()),
        merchants=tuple(merchant or ()),
        price_min=price_min,
        price_max=price_max,
        in_stock=in_stock,
        attributes=tuple(attribute or ()),
        cursor=cursor,
        verbatim=verbatim,
        relax=not no_relax,
    )
    show_search(invocation.load_settings(), wish, as_json, rules)


def similar(
    ctx: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="ID", help="Id of an indexed product.")],
    limit: Limit = 10,
    merchant: Merchants = None,
    as_json: AsJson = False,
) -> None:
    """Find products like one of the index."""
    from shopwindow.serving.cli.searching import show_similar  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    asked = (limit, tuple(merchant or ()))
    show_similar(invocation.load_settings(), product_id, asked, as_json)
