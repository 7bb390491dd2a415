"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Limit: TypeAlias = Annotated[int, typer.Option(metavar="N", help="Products shown, 1 to 500.")]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="One JSON document instead of a table.")
]
Cursor: TypeAlias = Annotated[
    str, typer.Option(metavar="C", help="Where the page before ended: its next_cursor.")
]
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
ProductId: TypeAlias = Annotated[
    str, typer.Argument(metavar="ID", help="Id of an indexed product.")
]
ColumnMapping: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="TOML file that says what columns mean.")
]
PhotoFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where photos go that are embedded in the feed."),
]
JudgmentsFile: TypeAlias = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Columns query, product_id, and gain or label (E S C I)."),
]
