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
FeedFormat: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="F",
        help="csv, tsv, jsonl, json, parquet, html, google-xml, shopify, woocommerce, magento, "
        "salla, zid, prestashop, bigcommerce, amazon-listings, amazon-template, tiktok, meta, "
        "schema-org, algolia, shopify-json, woocommerce-json, salla-json or zid-json; "
        "detected when not given.",
    ),
]
Encoding: TypeAlias = Annotated[
    str, typer.Option(metavar="NAME", help="Encoding of a feed that is not UTF-8, as cp1256.")
]
RejectsPath: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Where rejected rows and values go; FEED.rejects.csv when not given."
    ),
]
Merchant: TypeAlias = Annotated[
    str,
    typer.Option(metavar="ID", help="The feed's only seller, also of rows that name no seller."),
]
FeedCurrency: TypeAlias = Annotated[
    str, typer.Option(metavar="CODE", help="Currency of prices that name none, as AED.")
]
MaxRejected: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="PERCENT",
        min=0,
        max=100,
        help="Share of rejected rows above which the exit code is 3.",
    ),
]
DryRun: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Only show what the columns are used for and what would be rejected."
    ),
]
MappingOut: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With --dry-run: where to write a mapping to start from."),
]
PhotoFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where photos go that are embedded in the feed."),
]
JudgmentsFile: TypeAlias = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Columns query, product_id, and gain or label (E S C I)."),
]
