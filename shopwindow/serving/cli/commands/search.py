"""`shopwindow search`: products by words and photos."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import (
    AsJson,
    Brands,
    Category,
    Cursor,
    InStock,
    Limit,
    Merchants,
)


def search(  # noqa: PLR0913 -- one parameter for each option
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="Words, in any language.")
    ] = None,
    *,
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A query photo, a file or an address; or several."),
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
        typer.Option(metavar="X", help="Weight of the photos against the text, 0 to 1."),
    ] = None,
    not_like: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="A negative example: a product that hits should not be like."
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(metavar="ORDER", help="relevance, price_asc, price_desc, newest, popular."),
    ] = "relevance",
    diversity: Annotated[
        float | None,
        typer.Option(metavar="X", help="How far hits must differ from each other, 0 to 1."),
    ] = None,
    limit: Limit = 10,
    category: Category = "",
    brand: Brands = None,
    merchant: Merchants = None,
    price_min: Annotated[float | None, typer.Option(metavar="X", help="Minimum price.")] = None,
    price_max: Annotated[float | None, typer.Option(metavar="X", help="Maximum price.")] = None,
    in_stock: InStock = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="As color=red; the same name again: or."),
    ] = None,
    as_json: AsJson = False,
    cursor: Cursor = "",
    verbatim: Annotated[
        bool,
        typer.Option("--verbatim", help="Take the words as they are: no query understanding."),
    ] = False,
    no_relax: Annotated[
        bool, typer.Option("--no-relax", help="Drop no filter when nothing passes them all.")
    ] = False,
    no_collapse: Annotated[
        bool,
        typer.Option(
            "--no-collapse", help="Show every variant, and every product with the same photo."
        ),
    ] = False,
    rules: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Rules to search by, instead of those that SHOPWINDOW_SEARCH__RULES_FILE "
            "names; see `shopwindow rules`.",
        ),
    ] = "",
) -> None:
    """Find products by words, by photos, or by both; with neither, browse by the filters."""
    from shopwindow.serving.cli.product_search import show_search  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.search_options import (  # noqa: PLC0415
        SearchOptions,
        SortOptions,
        VisualOptions,
    )

    options = SearchOptions(
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
    show_search(load_settings(ctx), options.to_query(), as_json, rules)
