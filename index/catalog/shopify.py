"""Shopify's product export: one product per variant, joined by its handle.

A product fills several rows with the same handle. The first has its title and words; each row with
an option, a SKU or a price is a variant; the others only bring further photos. Source: Shopify
Help Center, "Using CSV files to import and export products", with the names before and since 2025.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from index.catalog.delimited import DelimitedSource
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.records import MalformedRow, SourceRow, as_json

_OLD_AND_NEW = {
    "handle": ("handle", "urlhandle"),
    "title": ("title",),
    "body": ("bodyhtml", "body", "description"),
    "vendor": ("vendor",),
    "category": ("productcategory", "category"),
    "type": ("type", "producttype"),
    "sku": ("variantsku", "sku"),
    "price": ("variantprice", "price"),
    "quantity": ("variantinventoryqty", "inventoryquantity"),
    "tracker": ("variantinventorytracker", "inventorytracker"),
    "policy": ("variantinventorypolicy", "continuesellingwhenoutofstock"),
    "image": ("imagesrc", "productimageurl"),
    "variant_image": ("variantimage", "variantimageurl"),
    "option1": ("option1value",),
}
_OPTIONS = (1, 2, 3)
_ID, _STOCK, _ATTRIBUTES = "variant id", "variant in stock", "variant options"


def is_shopify_header(columns: tuple[str, ...]) -> bool:
    """Return whether a header is that of a Shopify export."""
    names = {normalize_column_name(column) for column in columns}
    return bool(names & {"handle", "urlhandle"}) and {"title", "option1value"} <= names


class ShopifySource:
    """Reads the export variant by variant, holding one handle at a time; see `FeedSource`."""

    def __init__(self, path: Path, encoding: str, delimiter: str = "") -> None:
        self._table = DelimitedSource(path, encoding, delimiter)
        self._names: dict[str, str] = {}

    def read_columns(self) -> tuple[str, ...]:
        """Return the header's names, and those that every variant gets here.

        Raises:
            FeedError: There is no header.
        """
        return (*self._table.read_columns(), _ID, _STOCK, _ATTRIBUTES)

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the export's columns mean."""
        name = self._name
        found = {
            "id": (_ID,),
            "title": (name("title"),),
            "description": (name("body"),),
            "brand": (name("vendor"),),
            "category": (name("category"), name("type")),
            "price": (name("price"),),
            "image": (name("variant_image"), name("image")),
            "group_id": (name("handle"),),
            "in_stock": (_STOCK,),
            "attributes": (_ATTRIBUTES,),
        }
        return {field: tuple(filter(None, columns)) for field, columns in found.items()}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the variants.

        Yields:
            A row per variant. Status and publication stand in the first row of a handle and count
            for all its variants. Variants whose first row is broken are faults too.

        Raises:
            FeedError: The file is gone, or has no header.
        """
        first: Mapping[str, object] = {}
        headless = False
        for row in self._table.iter_rows():
            if isinstance(row, MalformedRow):
                headless = True
                yield row
                continue
            if row.cells.get(self._name("handle")) != first.get(self._name("handle")) or not first:
                first = row.cells
                headless = headless and not self._text(first, "title")
            elif not self._is_variant(row.cells):
                continue
            variant = self._variant(row, first)
            yield _orphan(variant) if headless else variant

    def _name(self, meaning: str) -> str:
        """Return the feed's name of a column; empty when the export has none."""
        if not self._names:
            present = {
                normalize_column_name(column): column
                for column in reversed(self._table.read_columns())
            }
            for key, names in _OLD_AND_NEW.items():
                self._names[key] = next((present[n] for n in names if n in present), "")
            for at in _OPTIONS:
                for part in ("name", "value"):
                    self._names[f"{part}{at}"] = present.get(f"option{at}{part}", "")
        return self._names[meaning]

    def _text(self, cells: Mapping[str, object], meaning: str) -> str:
        return str(cells.get(self._name(meaning), "")).strip()

    def _is_variant(self, cells: Mapping[str, object]) -> bool:
        return any(self._text(cells, each) for each in ("option1", "sku", "price"))

    def _variant(self, row: SourceRow, first: Mapping[str, object]) -> SourceRow:
        own = {name: value for name, value in row.cells.items() if value}
        # A row's own photo is the product's next one; without a photo of its own, a variant
        # shows the product's first.
        own.pop(self._name("image"), None)
        cells = {**first, **own}
        options = self._options(row.cells, first)
        key = self._text(row.cells, "sku") or "/".join(
            [self._text(first, "handle"), "-".join(options.values())]
        ).rstrip("/")
        stock = self._in_stock(row.cells)
        own_cells = {**cells, _ID: key, _STOCK: stock, _ATTRIBUTES: options}
        return SourceRow(row.line, own_cells, row.warning)

    def _options(self, cells: Mapping[str, object], first: Mapping[str, object]) -> dict[str, str]:
        """Return {"color": "Red", "size": "M"}; a product without options has none."""
        named = {
            self._text(first, f"name{at}").casefold(): self._text(cells, f"value{at}")
            for at in _OPTIONS
        }
        named = {("color" if k == "colour" else k): v for k, v in named.items() if k and v}
        return {} if list(named.values()) == ["Default Title"] else named

    def _in_stock(self, cells: Mapping[str, object]) -> object:
        """Return the quantity, or yes where the shop does not count or sells on without."""
        untracked = self._name("tracker") and not self._text(cells, "tracker")
        if untracked or self._text(cells, "policy").casefold() in {"continue", "true"}:
            return True
        return self._text(cells, "quantity")


def _orphan(variant: SourceRow) -> MalformedRow:
    """Return a variant without its product as a fault: its words and its status are not known."""
    return MalformedRow(
        variant.line,
        "the first row of this product could not be read, so its title and status are not known",
        raw=as_json(variant.cells),
    )
