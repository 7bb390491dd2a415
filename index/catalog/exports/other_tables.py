"""Tables of shop systems that hold no products: refused, with what to do instead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.catalog.exports.export_header import ExportHeader


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table that is recognized by its header and cannot be read as products.

    Attributes:
        names: Known headings by key.
        is_header: Whether a header is that of this table.
        reason: What it is, and what to do.
    """

    names: Mapping[str, tuple[str, ...]]
    is_header: Callable[[ExportHeader], bool]
    reason: str


_COMBINATIONS = OtherTable(
    {
        "name": ("name *", "name", "nom"),
        "id": ("product id*", "product reference", "id"),
        "attribute": ("attribute (name:type:position)*",),
        "value": ("value (value:position)*",),
    },
    lambda header: header.has("id", "attribute", "value") and not header.has("name"),
    "this is PrestaShop's table of combinations, which has no names and prices of products. Put "
    "its rows below those of the products in one table that has the columns of both",
)
_OVERRIDES = OtherTable(
    {"id": ("id", "sku_id"), "override": ("override",)},
    lambda header: header.has("id", "override"),
    "this is an override feed of Meta or TikTok: its rows change single fields of a main feed for "
    "one language or country, and would replace whole products. Index the main feed; for a "
    "language, add columns such as title_ar and description_ar to it; for a country, make an "
    "index of its own from the feed with that country's prices",
)
OTHER_TABLES = (_COMBINATIONS, _OVERRIDES)


def find_refusal(columns: tuple[str, ...]) -> str:
    """Return why a table with this header cannot be read as products; empty when it can."""
    return next(
        (
            table.reason
            for table in OTHER_TABLES
            if table.is_header(ExportHeader(columns, table.names))
        ),
        "",
    )
