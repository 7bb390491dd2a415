"""Shopify's product export: each variant becomes a product, grouped by its handle.

A product takes several rows with the same handle. The first has its title and description; each
row with an option, a SKU or a price is a variant; the others only add photos. Source: Shopify Help
Center, "Using CSV files to import and export products", with the names before and since 2025.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from index.catalog.delimited import DelimitedSource
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.records import MalformedRow, SourceRow, as_json

_COLUMN_NAMES = {
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
_OPTION_NUMBERS = (1, 2, 3)
_ID, _STOCK, _ATTRIBUTES = "variant id", "variant in stock", "variant options"


def is_shopify_header(columns: tuple[str, ...]) -> bool:
    """Return whether a header is that of a Shopify export."""
    names = {normalize_column_name(column) for column in columns}
    return bool(names & {"handle", "urlhandle"}) and {"title", "option1value"} <= names


class ShopifySource:
    """Reads the export variant by variant, one handle at a time; see `FeedSource`."""

    def __init__(self, path: Path, encoding: str, delimiter: str = "") -> None:
        self._table = DelimitedSource(path, encoding, delimiter)
        self._columns: dict[str, str] = {}

    def read_columns(self) -> tuple[str, ...]:
        """Return the column names of the header, and of the columns that are derived here.

        Raises:
            FeedError: There is no header.
        """
        return (*self._table.read_columns(), _ID, _STOCK, _ATTRIBUTES)

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the export's columns by field."""
        column = self._column
        columns = {
            "id": (_ID,),
            "title": (column("title"),),
            "description": (column("body"),),
            "brand": (column("vendor"),),
            "category": (column("category"), column("type")),
            "price": (column("price"),),
            "image": (column("variant_image"), column("image")),
            "group_id": (column("handle"),),
            "in_stock": (_STOCK,),
            "attributes": (_ATTRIBUTES,),
        }
        return {field: tuple(filter(None, names)) for field, names in columns.items()}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the variants.

        Yields:
            A row per variant. Status and publication are in the first row of a handle and apply to
            all its variants. Variants whose first row is malformed are malformed rows too.

        Raises:
            FeedError: The file is missing, or has no header.
        """
        first: Mapping[str, object] = {}
        lacks_first_row = False
        handle = self._column("handle")
        for row in self._table.iter_rows():
            if isinstance(row, MalformedRow):
                lacks_first_row = True
                yield row
                continue
            if row.cells.get(handle) != first.get(handle) or not first:
                first = row.cells
                lacks_first_row = lacks_first_row and not self._get_text(first, "title")
            elif not self._is_variant(row.cells):
                continue
            variant = self._build_variant(row, first)
            yield _build_orphan(variant) if lacks_first_row else variant

    def _column(self, key: str) -> str:
        """Return the feed's name of a column; empty when the export has none."""
        if not self._columns:
            present = {
                normalize_column_name(column): column
                for column in reversed(self._table.read_columns())
            }
            for known_key, names in _COLUMN_NAMES.items():
                self._columns[known_key] = next((present[n] for n in names if n in present), "")
            for number in _OPTION_NUMBERS:
                for part in ("name", "value"):
                    self._columns[f"{part}{number}"] = present.get(f"option{number}{part}", "")
        return self._columns[key]

    def _get_text(self, cells: Mapping[str, object], key: str) -> str:
        return str(cells.get(self._column(key), "")).strip()

    def _is_variant(self, cells: Mapping[str, object]) -> bool:
        return any(self._get_text(cells, key) for key in ("option1", "sku", "price"))

    def _build_variant(self, row: SourceRow, first: Mapping[str, object]) -> SourceRow:
        own_cells = {name: value for name, value in row.cells.items() if value}
        # A row's image is the product's next photo; a variant without its own variant image shows
        # the product's first one.
        own_cells.pop(self._column("image"), None)
        options = self._read_options(row.cells, first)
        variant_id = self._get_text(row.cells, "sku") or "/".join(
            [self._get_text(first, "handle"), "-".join(options.values())]
        ).rstrip("/")
        stock = self._read_stock(row.cells)
        derived = {_ID: variant_id, _STOCK: stock, _ATTRIBUTES: options}
        return SourceRow(row.line, {**first, **own_cells, **derived}, row.warning)

    def _read_options(
        self, cells: Mapping[str, object], first: Mapping[str, object]
    ) -> dict[str, str]:
        """Return {"color": "Red", "size": "M"}; empty for a product without options."""
        values = {
            self._get_text(first, f"name{number}").casefold(): self._get_text(
                cells, f"value{number}"
            )
            for number in _OPTION_NUMBERS
        }
        options = {
            "color" if name == "colour" else name: value
            for name, value in values.items()
            if name and value
        }
        return {} if list(options.values()) == ["Default Title"] else options

    def _read_stock(self, cells: Mapping[str, object]) -> object:
        """Return the quantity, or True where stock is not tracked or sales go on without it."""
        is_untracked = self._column("tracker") and not self._get_text(cells, "tracker")
        if is_untracked or self._get_text(cells, "policy").casefold() in {"continue", "true"}:
            return True
        return self._get_text(cells, "quantity")


def _build_orphan(variant: SourceRow) -> MalformedRow:
    """Return a malformed row for a variant whose product's title and status are unknown."""
    return MalformedRow(
        variant.line,
        "the first row of this product could not be read, so its title and status are not known",
        raw=as_json(variant.cells),
    )
