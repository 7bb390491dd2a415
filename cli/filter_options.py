"""Options that several commands filter by."""

from typing import Annotated, TypeAlias

import typer

Category: TypeAlias = Annotated[
    str, typer.Option(metavar="C", help='A category: "Dresses" or "Clothing > Dresses".')
]
Brands: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="B", help="A brand; of several, one must match.")
]
Merchants: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="M", help="A seller; of several, one must match.")
]
InStock: TypeAlias = Annotated[
    bool | None, typer.Option("--in-stock/--out-of-stock", help="Only one of the two.")
]
