"""Options that several commands filter by."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from shopwindow.values.query import Filters

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


def filter_by_merchant(merchant: str | None) -> "Filters":
    """Return the filter for one merchant's products; for everybody's when None.

    Raises:
        InvalidQueryError: The merchant is empty.
    """
    from shopwindow.values.query import Filters  # noqa: PLC0415 -- `--help` does without

    return Filters() if merchant is None else Filters(merchant_id=merchant)
