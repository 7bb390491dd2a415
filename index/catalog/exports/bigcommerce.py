"""BigCommerce's product exports, of v2 (Item Type) and of v3 (Item).

The rows of a product's variants, rules, photos and videos stand below it. A product with variants
is bought as one of them. Source: BigCommerce, "Importing & Exporting Products", and for v2
"Exporting Products" with the template Bulk Edit.
"""

import re
from collections.abc import Mapping

from index.catalog.exports.bigcommerce_cells import (
    apply_rule,
    find_image_columns,
    parse_categories,
    parse_custom_fields,
    parse_options,
)
from index.catalog.exports.collected_rows import MAX_PHOTOS, CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import (
    ExportFormat,
    build_orphan,
    inherit_cells,
    keep_filled,
)
from index.catalog.exports.export_stock import ExportStock, read_stock
from index.catalog.exports.export_values import build_attributes, has_own_price, to_decimal
from index.catalog.records import MalformedRow, SourceRow
from index.catalog.sale_status import is_inactive

_NAMES = {
    "item": ("item", "item type"),
    "number": ("id", "product id"),
    "name": ("name", "product name"),
    "type": ("type", "product type"),
    "sku": ("sku", "product code/sku", "product sku"),
    "options": ("options",),
    "price": ("price",),
    "retail": ("retail price",),
    "sale_price": ("sale price",),
    "brand": ("brand", "brand name"),
    "categories": ("categories names", "categories", "category", "category string"),
    "description": ("description", "product description"),
    "custom": ("custom fields", "product custom fields"),
    "tracking": ("inventory tracking", "track inventory"),
    "stock": ("current stock", "current stock level", "stock level"),
    "visible": ("is visible", "product visible?", "product visible"),
    "purchases": ("allow purchases?", "allow purchases"),
    "availability": ("product availability",),
    "condition": ("product condition", "condition"),
    "upc": ("upc/ean", "product upc/ean"),
    "gtin": ("global trade number", "global trade item number", "gtin"),
    "mpn": ("manufacturer part number", "mpn"),
    "url": ("product url",),
    "variant_image": ("variant image url",),
    "export_image": ("internal image url (export)",),
    "import_image": ("image url (import)",),
    "is_thumbnail": ("image is thumbnail",),
    "image_sort": ("image sort order", "image sort"),
    "cost": ("cost price",),
    "brand_id": ("brand id",), "low": ("low stock", "low stock level"),
    "option_set": ("option set",), "align": ("option set align",), "channels": ("channels",),
    "bin": ("bin picking number",), "keywords": ("search keywords",), "video": ("youtube id",),
    "warranty": ("warranty", "product warranty"), "sort": ("sort order",),
    "fixed_shipping": ("fixed shipping cost",), "free_shipping": ("free shipping",),
    "show_condition": ("show product condition", "show product condition?"),
    "stop": ("stop processing rules", "stop processing rules?"),
    "inventoried": ("product inventoried",), "tax": ("tax class", "product tax class"),
}  # fmt: skip
_HOUSEKEEPING = (
    "brand_id", "low", "option_set", "align", "channels", "bin", "keywords", "video",
    "sort", "fixed_shipping", "free_shipping", "show_condition", "stop", "inventoried", "tax",
    "warranty",
)  # fmt: skip
_ID, _CATEGORY, _IMAGES, _GROUP = "sku or id", "deepest category", "photos", "product above"
_STOCK, _ATTRIBUTES, _PRICE = "tracked stock", "options and custom fields", "price after rules"
_QUANTITY, _URL = "pieces", "address with its host"
_NO_TRACKING = frozenset({"none", "", "n", "no", "false", "0"})
_YES_WORDS = frozenset({"y", "yes", "true", "1"})
_VARIANTS = frozenset({"variant", "sku"})
_OWN_KEYS = (
    "item", "number", "sku", "options", "stock", "upc", "gtin", "mpn", "variant_image",
    "export_image", "import_image", "type",
)  # fmt: skip
_LAST = 1e6
_HOST = re.compile(r"(?:https?:)?//", re.IGNORECASE)


class _BigCommerceAdapter:
    derived_columns = (
        _ID, _CATEGORY, _IMAGES, _GROUP, _STOCK, _QUANTITY, _ATTRIBUTES, _PRICE, _URL
    )  # fmt: skip

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self.not_read = header.find_all(*_HOUSEKEEPING)
        self._images = find_image_columns(header.columns)
        self._product: Mapping[str, object] = {}
        self._product_line = 0
        self._lacks_sku = False
        self.unused = header.find_all(
            "condition", "item", "number", "sku", "type", "options", "price", "categories",
            "custom", "tracking", "stock", "variant_image", "export_image", "import_image",
            "is_thumbnail", "purchases", "availability", "image_sort", "url",
        )  # fmt: skip
        self.unused += tuple(name for columns in self._images.values() for name in columns.values())

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("name"),),
            "description": (find("description"),),
            "price": (_PRICE,),
            "sale_price": (find("sale_price"),),
            "list_price": (find("retail"),),
            "category": (_CATEGORY,),
            "brand": (find("brand"),),
            "image": (_IMAGES,),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "cost": (find("cost"),),
            "attributes": (_ATTRIBUTES,),
            "published": (find("visible"),),
            "sku": (find("sku"),),
            "gtin": (find("gtin"), find("upc")),
            "mpn": (find("mpn"),),
            "url": (_URL,),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        get_text, kind = self._header.get_text, self._get_kind(row.cells)
        line, sku = str(self._product_line), get_text(row.cells, "sku")
        if kind == "product":
            self._note_product_without_sku(collected)
            self._product_line, self._lacks_sku = row.line, not sku
        elif kind in _VARIANTS:
            collected.add("has variants", line, True)
            self._lacks_sku = False  # its variants are bought, and they have their own
            if not sku:
                collected.add("lacks sku", "", True)
        elif kind == "image":
            is_first = get_text(row.cells, "is_thumbnail").casefold() in _YES_WORDS
            sort = get_text(row.cells, "image_sort") or get_text(row.cells, "sort")
            place = to_decimal(sort)
            rank = -1 if is_first else _LAST if place is None else float(place)
            collected.append("photo", line, self._get_image(row.cells), rank)
        elif kind == "rule" and sku:
            collected.add("rule", sku, keep_filled(row.cells))

    def _note_product_without_sku(self, collected: CollectedRows) -> None:
        if self._lacks_sku:
            collected.add("lacks sku", "", True)
        self._lacks_sku = False

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow | None:
        self._note_product_without_sku(collected)  # the last one of the file
        kind = self._get_kind(row.cells)
        if kind == "product":
            self._product, self._product_line = keep_filled(row.cells), row.line
            if collected.get("has variants", str(row.line)):
                return None
            return self._derive(row, dict(row.cells), [], collected)
        if kind not in _VARIANTS:
            return None
        if not self._product or collected.last_malformed_line > self._product_line:
            return build_orphan(row)
        header = self._header
        options = parse_options(
            header.get_text(row.cells, "options") or header.get_text(row.cells, "name")
        )
        cells = inherit_cells(row.cells, self._product, never=self._get_own_columns(row.cells))
        cells[header.find("name")] = header.get_text(self._product, "name")
        visible = header.get_text(self._product, "visible")
        if visible and is_inactive(visible):
            cells[header.find("visible")] = visible
        return self._derive(row, cells, options, collected)

    def _get_kind(self, cells: Mapping[str, object]) -> str:
        return self._header.get_text(cells, "item").casefold()

    def _get_own_columns(self, cells: Mapping[str, object]) -> tuple[str, ...]:
        """Return what a variant does not inherit; with another price, also not the sale."""
        header = self._header
        is_own = has_own_price(header, cells, self._product)
        sale = ("sale_price", "retail", "cost") if is_own else ()
        images = (name for columns in self._images.values() for name in columns.values())
        return (*header.find_all(*_OWN_KEYS, *sale), *images)

    def _derive(
        self,
        row: SourceRow,
        cells: dict[str, object],
        options: list[tuple[str, str]],
        collected: CollectedRows,
    ) -> SourceRow:
        get_text = self._header.get_text
        rule = collected.get_cells("rule", get_text(cells, "sku")) if options else {}
        cells[_ID] = self._identify(row.cells, options, collected)
        group = self._identify(self._product, [], collected) or get_text(self._product, "number")
        cells[_GROUP] = group if self._get_kind(row.cells) in _VARIANTS else ""
        cells[_CATEGORY] = parse_categories(get_text(cells, "categories"))
        cells[_PRICE] = apply_rule(get_text(cells, "price"), get_text(rule, "price"))
        if cells[_PRICE] != get_text(cells, "price"):
            for key in ("sale_price", "retail"):
                cells[self._header.find(key)] = ""
        if to_decimal(get_text(cells, "cost")) == 0:
            cells[self._header.find("cost")] = ""  # what is written where no cost is known
        cells[_IMAGES] = (
            [image for image in (get_text(cells, "variant_image"),) if image]
            or self._list_images(rule)
            or self._list_images(cells)
            or [*self._list_images(self._product),
                *collected.list_texts("photo", str(self._product_line), MAX_PHOTOS)]
        )  # fmt: skip
        cells[_STOCK], cells[_QUANTITY] = self._read_stock(cells, rule)
        url = get_text(cells, "url")
        cells[_URL] = url if _HOST.match(url) else ""
        condition = get_text(cells, "condition")
        fields = parse_custom_fields(get_text(cells, "custom"))
        cells[_ATTRIBUTES] = build_attributes([*options, *fields, ("condition", condition)])
        return SourceRow(row.line, cells, row.warning)

    def _identify(
        self,
        cells: Mapping[str, object],
        options: list[tuple[str, str]],
        collected: CollectedRows,
    ) -> str:
        """Return the SKU; where one row of the file has none, the numbers."""
        header = self._header
        if header.has("sku") and not (header.has("number") and collected.get("lacks sku", "")):
            return header.get_text(cells, "sku")
        number = header.get_text(cells, "number")
        if number or not options:
            return number
        product_number = header.get_text(self._product, "number")
        return "/".join([product_number, "-".join(value for _, value in options)])

    def _get_image(self, cells: Mapping[str, object]) -> str:
        get_text = self._header.get_text
        return get_text(cells, "export_image") or get_text(cells, "import_image")

    def _list_images(self, cells: Mapping[str, object]) -> list[str]:
        """Return the photos of the columns "Product Image URL - 1", the thumbnail first."""
        found: list[tuple[float, str]] = []
        for columns in self._images.values():
            texts = {part: str(cells.get(name) or "").strip() for part, name in columns.items()}
            image = texts.get("url") or texts.get("file", "")
            is_first = texts.get("is thumbnail", "").casefold() in _YES_WORDS
            place = to_decimal(texts.get("sort", ""))
            if image:
                found.append((-1 if is_first else _LAST if place is None else float(place), image))
        return [image for _, image in sorted(found, key=lambda pair: pair[0])]

    def _read_stock(self, cells: Mapping[str, object], rule: Mapping[str, object]) -> ExportStock:
        """Return the pieces, where they are tracked; no stock where orders are not taken."""
        get_text = self._header.get_text
        allowed = [text for own in (rule, cells) if (text := get_text(own, "purchases"))]
        tracking = get_text(cells, "tracking").casefold()
        return read_stock(
            get_text(cells, "stock") or get_text(self._product, "stock"),
            is_counted=not self._header.has("tracking") or tracking not in _NO_TRACKING,
            is_sold=not any(is_inactive(text) for text in allowed),
        )


def _is_bigcommerce_header(header: ExportHeader) -> bool:
    marks = ("tracking", "stock", "visible", "custom", "option_set", "bin", "channels", "upc",
             "options", "retail", "fixed_shipping", "export_image")  # fmt: skip
    return header.has("item", "name", "price") and len(header.find_all(*marks)) >= 2


BIGCOMMERCE = ExportFormat("bigcommerce", _NAMES, _is_bigcommerce_header, _BigCommerceAdapter)
