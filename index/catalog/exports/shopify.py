"""Shopify's product export: each variant becomes a product, grouped by its handle.

A product takes several rows with the same handle, wherever they stand. One has its title and
description; each row with an option, a SKU or a price is a variant; the others only add photos.
The inventory export has a row per variant and location. Source: Shopify Help Center, "Using CSV
files to import and export products" and "inventory", with the names before and since 2025.
"""

from collections.abc import Mapping

from index.catalog.exports.collected_rows import MAX_PHOTOS, CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import (
    ExportFormat,
    build_orphan,
    inherit_cells,
    keep_filled,
)
from index.catalog.exports.export_stock import ExportStock, read_stock
from index.catalog.exports.export_values import build_attributes, to_decimal
from index.catalog.exports.shopify_metafields import find_metafields, read_metafield
from index.catalog.records import MalformedRow, SourceRow

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
    "compare": ("variant compare at price", "compare-at price"),
    "cost": ("cost per item", "variant cost per item"),
    "barcode": ("variant barcode", "barcode"),
    "mpn": ("google shopping / mpn", "google shopping / manufacturer part number (mpn)",
            "google shopping / manufacturer part number"),
    "google_category": ("google shopping / google product category",),
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
_OPTION_KEYS = tuple(f"{part}{n}" for n in _OPTION_NUMBERS for part in ("name", "value"))
_ID, _STOCK, _ATTRIBUTES = "variant id", "variant in stock", "variant options"
_PHOTOS, _QUANTITY, _RATING = "variant or product photos", "variant quantity", "product rating"
_OWN_KEYS = (
    "sku", "barcode", "quantity", "tracker", "policy", "variant_image", "image", "position",
    "location", *(f"value{number}" for number in _OPTION_NUMBERS),
)  # fmt: skip
_POLICIES = frozenset({"continue", "true"})
_LAST = 1e9
_METAFIELD_FIELDS = ("gtin", "mpn", "rating_count", "google_product_category")


class _ShopifyAdapter:
    derived_columns = (_ID, _STOCK, _ATTRIBUTES, _PHOTOS, _QUANTITY, _RATING)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._metafields = find_metafields(header.columns)
        self._is_inventory = header.has("location")
        self._own = (
            *header.find_all(*_OWN_KEYS),
            *(field.column for field in self._metafields if field.is_of_variant),
        )
        self.unused = header.find_all(
            "quantity", "tracker", "policy", "image", "position", "variant_image", "location",
            *_OPTION_KEYS,
        ) + tuple(field.column for field in self._metafields)  # fmt: skip

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("title"),),
            "description": (find("body"),),
            "brand": (find("vendor"),),
            "category": (find("category"), find("type")),
            "price": (find("price"),),
            "list_price": (find("compare"),),
            "cost": (find("cost"),),
            "image": (_PHOTOS,),
            "group_id": (find("handle"),),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "attributes": (_ATTRIBUTES,),
            "sku": (find("sku"),),
            "gtin": (find("barcode"), *self._find_metafields("gtin")),
            "mpn": (find("mpn"), *self._find_metafields("mpn")),
            "google_product_category": (
                find("google_category"), *self._find_metafields("google_product_category")
            ),
            "rating": (_RATING,),
            "rating_count": self._find_metafields("rating_count"),
        }  # fmt: skip

    def _find_metafields(self, field: str) -> tuple[str, ...]:
        return tuple(each.column for each in self._metafields if each.field == field)

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        cells, get_text = row.cells, self._header.get_text
        handle = get_text(cells, "handle")
        if not handle:
            return
        has_title = bool(get_text(cells, "title"))
        collected.add("product" if has_title else "untitled", handle, keep_filled(cells))
        if image := get_text(cells, "image"):
            position = to_decimal(get_text(cells, "position"))
            rank = 0 if has_title and position is None else position
            collected.append("photo", handle, image, _LAST if rank is None else float(rank))
        if sku := get_text(cells, "sku"):
            collected.add_owner("sku", sku, handle)
        if self._is_inventory:
            self._collect_location(row, collected)

    def _collect_location(self, row: SourceRow, collected: CollectedRows) -> None:
        variant = self._describe_variant(row.cells)
        collected.add("line", variant, row.line)
        collected.append("pieces", variant, self._header.get_text(row.cells, "quantity"))

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
        header = self._header
        has_own_price = bool(header.get_text(row.cells, "price"))
        own = (*self._own, *(header.find_all("compare", "cost") if has_own_price else ()))
        cells = inherit_cells(row.cells, product, never=own)
        # The image of a row is the product's next photo, and not that of the row's variant.
        own_photo = header.get_text(row.cells, "variant_image")
        cells[_PHOTOS] = (
            [own_photo] if own_photo else collected.list_texts("photo", handle, MAX_PHOTOS)
        )
        options = self._read_options(row.cells, product)
        cells[_ID] = self._identify(row.cells, options, handle, collected)
        cells[_STOCK], cells[_QUANTITY] = self._read_stock(row.cells, collected)
        pairs = [*options]
        for field in self._metafields:
            value = read_metafield(str(cells.get(field.column) or "").strip())
            if field.field == "rating":
                cells[_RATING] = cells.get(_RATING) or value
            elif field.field not in _METAFIELD_FIELDS:
                pairs.append((field.name, value))
        cells[_ATTRIBUTES] = build_attributes(pairs)
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

    def _read_stock(self, cells: Mapping[str, object], collected: CollectedRows) -> ExportStock:
        """Return the pieces of all locations, or of the variant if they are counted."""
        get_text = self._header.get_text
        if self._is_inventory:
            pieces = collected.list_texts("pieces", self._describe_variant(cells))
            counts = [number for text in pieces if (number := to_decimal(text)) is not None]
            return read_stock(str(sum(count for count in counts if count > 0)))
        return read_stock(
            get_text(cells, "quantity"),
            is_counted=not self._header.has("tracker") or bool(get_text(cells, "tracker")),
            takes_backorders=get_text(cells, "policy").casefold() in _POLICIES,
        )


SHOPIFY = ExportFormat(
    "shopify",
    _NAMES,
    is_header=lambda header: header.has("handle", "title", "value1"),
    open=_ShopifyAdapter,
)
