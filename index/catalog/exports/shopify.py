"""Shopify's product export: each variant becomes a product, grouped by its handle.

A product takes several rows with the same handle, wherever they stand. One has its title and
description; each row with an option, a SKU or a price is a variant; the others only add photos.
The inventory export has a row per variant and location. Source: Shopify Help Center, "Using CSV
files to import and export products" and "inventory", with the names before and since 2025.
"""

import re
from collections.abc import Mapping

from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import (
    ExportFormat,
    build_orphan,
    inherit_cells,
    keep_filled,
)
from index.catalog.exports.export_values import build_attributes
from index.catalog.header_vocabulary import ATTRIBUTE_BY_COLUMN, normalize_column_name
from index.catalog.records import CellError, MalformedRow, SourceRow
from index.catalog.stock_status import parse_in_stock

_NAMES = {
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "body": ("body (html)", "body", "description"),
    "vendor": ("vendor",),
    "category": ("product category", "category"),
    "type": ("type", "product type"),
    "sku": ("variant sku", "sku"),
    "price": ("variant price", "price"),
    "quantity": (
        "variant inventory qty", "inventory quantity", "available (not editable)", "available",
        "on hand (current)", "on hand",
    ),
    "tracker": ("variant inventory tracker", "inventory tracker"),
    "policy": ("variant inventory policy", "continue selling when out of stock"),
    "image": ("image src", "product image url"),
    "position": ("image position",),
    "variant_image": ("variant image", "variant image url"),
    "location": ("location",),
    **{
        f"{part}{number}": (f"option{number} {part}",)
        for number in (1, 2, 3)
        for part in ("name", "value")
    },
}  # fmt: skip
_OPTION_NUMBERS = (1, 2, 3)
_ID, _STOCK, _ATTRIBUTES = "variant id", "variant in stock", "variant options"
_METAFIELD = re.compile(r"(?:product|variant)\.metafields\.[^()]+\)")
_GOOGLE_PREFIX = "google shopping /"
_REFERENCE = "gid://"


class _ShopifyAdapter:
    derived_columns = (_ID, _STOCK, _ATTRIBUTES)

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._attribute_columns = _find_attribute_columns(header.columns)
        self._is_inventory = header.has("location")
        self.unused = header.find_all("quantity")
        self.unused += tuple(column for _, column in self._attribute_columns)

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("title"),),
            "description": (find("body"),),
            "brand": (find("vendor"),),
            "category": (find("category"), find("type")),
            "price": (find("price"),),
            "image": (find("variant_image"), find("image")),
            "group_id": (find("handle"),),
            "in_stock": (_STOCK,),
            "attributes": (_ATTRIBUTES,),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        cells, get_text = row.cells, self._header.get_text
        handle = get_text(cells, "handle")
        if not handle:
            return
        has_title = bool(get_text(cells, "title"))
        collected.add("product" if has_title else "untitled", handle, keep_filled(cells))
        if image := get_text(cells, "image"):
            is_first = has_title or get_text(cells, "position") == "1"
            collected.add("image" if is_first else "other image", handle, image)
        if sku := get_text(cells, "sku"):
            collected.add_owner("sku", sku, handle)
        if self._is_inventory:
            self._collect_location(row, collected)

    def _collect_location(self, row: SourceRow, collected: CollectedRows) -> None:
        variant = self._describe_variant(row.cells)
        collected.add("line", variant, row.line)
        if _is_over_zero(self._header.get_text(row.cells, "quantity")):
            collected.add("in stock", variant, True)

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow | None:
        handle = self._header.get_text(row.cells, "handle")
        product = collected.get_cells("product", handle)
        if not product and collected.has_malformed:
            return build_orphan(row)
        if product and not self._is_variant(row.cells):
            return None
        if self._is_inventory and not self._is_first_location(row, collected):
            return None
        return self._build_variant(
            row, product or collected.get_cells("untitled", handle), handle, collected
        )

    def _is_variant(self, cells: Mapping[str, object]) -> bool:
        return any(self._header.get_text(cells, key) for key in ("title", "value1", "sku", "price"))

    def _is_first_location(self, row: SourceRow, collected: CollectedRows) -> bool:
        return collected.get("line", self._describe_variant(row.cells)) == row.line

    def _describe_variant(self, cells: Mapping[str, object]) -> str:
        keys = ("handle", *(f"value{number}" for number in _OPTION_NUMBERS))
        return "\0".join(self._header.get_text(cells, key) for key in keys)

    def _build_variant(
        self,
        row: SourceRow,
        product: Mapping[str, object],
        handle: str,
        collected: CollectedRows,
    ) -> SourceRow:
        # A row's image is the product's next photo; a variant without its own variant image shows
        # the product's first one.
        find = self._header.find
        cells = inherit_cells(row.cells, product, never=(find("variant_image"),))
        if image := find("image"):
            of_product = (
                product.get(image)
                or collected.get("image", handle)
                or collected.get("other image", handle)
            )
            has_own = bool(self._header.get_text(row.cells, "variant_image"))
            cells[image] = "" if has_own else of_product or ""
        options = self._read_options(row.cells, product)
        cells[_ID] = self._identify(row.cells, options, handle, collected)
        cells[_STOCK] = self._read_stock(row.cells, collected)
        metafields = [
            (name, str(cells.get(column) or "").strip()) for name, column in self._attribute_columns
        ]
        cells[_ATTRIBUTES] = build_attributes(
            [*options, *(pair for pair in metafields if not pair[1].startswith(_REFERENCE))]
        )
        return SourceRow(row.line, cells, row.warning)

    def _identify(
        self,
        cells: Mapping[str, object],
        options: list[tuple[str, str]],
        handle: str,
        collected: CollectedRows,
    ) -> str:
        """Return the SKU; with the handle before it where two products have the same."""
        sku = self._header.get_text(cells, "sku")
        if sku:
            return f"{handle}/{sku}" if collected.is_shared("sku", sku) else sku
        return "/".join([handle, "-".join(value for _, value in options)]).rstrip("/")

    def _read_options(
        self, cells: Mapping[str, object], product: Mapping[str, object]
    ) -> list[tuple[str, str]]:
        """Return names and values of the options; empty for a product without options."""
        get_text = self._header.get_text
        pairs = [
            (
                get_text(product, f"name{number}") or get_text(cells, f"name{number}"),
                get_text(cells, f"value{number}"),
            )
            for number in _OPTION_NUMBERS
        ]
        options = [(name, value) for name, value in pairs if name and value]
        return [] if [value for _, value in options] == ["Default Title"] else options

    def _read_stock(self, cells: Mapping[str, object], collected: CollectedRows) -> object:
        """Return the quantity, or True where stock is not tracked or sales go on without it."""
        if self._is_inventory:
            return collected.get("in stock", self._describe_variant(cells)) is not None
        is_untracked = self._header.has("tracker") and not self._header.get_text(cells, "tracker")
        if is_untracked or self._header.get_text(cells, "policy").casefold() in {
            "continue",
            "true",
        }:
            return True
        return self._header.get_text(cells, "quantity")


def _find_attribute_columns(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return names and columns of metafields, and of Google's attributes such as the gender."""
    pairs = []
    for column in columns:
        name, _, address = column.strip().rpartition("(")
        if name.strip() and _METAFIELD.fullmatch(address):
            pairs.append((name.strip(), column))
        elif column.strip().casefold().startswith(_GOOGLE_PREFIX):
            name = column.strip()[len(_GOOGLE_PREFIX) :].strip()
            if normalize_column_name(name) in ATTRIBUTE_BY_COLUMN:
                pairs.append((name, column))
    return tuple(pairs)


def _is_over_zero(quantity: str) -> bool:
    try:
        return bool(quantity) and parse_in_stock(quantity)
    except CellError:
        return False


SHOPIFY = ExportFormat(
    "shopify",
    _NAMES,
    is_header=lambda header: header.has("handle", "title", "value1"),
    open=_ShopifyAdapter,
)
