"""WooCommerce's product CSV, with its headings in English, German, French or Arabic.

Variations name their parent by SKU or as "id:12" and inherit what they leave empty. Source:
WooCommerce, "Product CSV Importer and Exporter", and its translations.
"""

import re
from collections.abc import Iterator, Mapping

from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import ExportFormat, inherit_cells, keep_filled
from index.catalog.exports.export_stock import ExportStock, read_stock
from index.catalog.exports.export_values import (
    build_attributes,
    choose_category,
    split_category_paths,
    split_list,
    unescape_text,
)
from index.catalog.exports.woocommerce_names import NAMES
from index.catalog.header_matching import match_field
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.inferred_values import find_unfit_reason
from index.catalog.records import SourceRow
from index.catalog.sale_status import is_hidden_status, is_inactive
from index.catalog.unused_columns import find_unused_reason

_ID, _CATEGORY, _IMAGES = "sku or id", "deepest category", "photos"
_STOCK, _ATTRIBUTES, _GROUP = "variant in stock", "variant attributes", "parent product"
_QUANTITY = "pieces in stock"
_ATTRIBUTE_WORDS = ("attribut", "خاصية", "سمة", "السمة", "الخاصية")
_NAME_WORDS = ("name", "nom", "اسم")
_VALUE_WORDS = ("value", "wert", "valeur", "قيم")
_NUMBER = re.compile(r"\d+")
_PARENT_ID = re.compile(r"id:\s*(\d+)", re.IGNORECASE)
_OF_PARENT = "parent"
"""Stock of a variation that its product counts."""
_META = re.compile(r"meta:\s*(?=[^\W_])", re.IGNORECASE)
_BACKORDER_WORDS = frozenset({"1", "yes", "notify", "true", "ja", "oui", "نعم"})


class _WooAdapter:
    derived_columns = (_ID, _CATEGORY, _IMAGES, _STOCK, _QUANTITY, _ATTRIBUTES, _GROUP)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._attributes = _find_attribute_columns(header.columns)
        self._custom = tuple(_iter_custom_fields(header.columns, set(header.find_all(*NAMES))))
        self.unused = header.find_all(
            "id", "sku", "type", "parent", "categories", "images", "in_stock", "stock",
            "backorders",
        )  # fmt: skip
        self.unused += tuple(c for pair in self._attributes for c in pair)
        self.unused += tuple(column for _, column in self._custom)

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("name"),),
            "description": (find("description"), find("short")),
            "price": (find("price"),),
            "sale_price": (find("sale_price"),),
            "sale_start": (find("starts"),),
            "sale_end": (find("ends"),),
            "category": (_CATEGORY,),
            "image": (_IMAGES,),
            "brand": (find("brand"),),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "attributes": (_ATTRIBUTES,),
            "published": (find("published"),),
            "visibility": (find("visibility"),),
            "sku": (find("sku"),),
            "gtin": (find("gtin"),),
            "mpn": (find("mpn"),),
            "cost": (find("cost"),),
            "url": (find("url"),),
            "rating": (find("rating"),),
            "rating_count": (find("rating_count"),),
            "popularity": (find("sales"), find("rating_count")),
            "google_product_category": (find("google_category"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        get_text = self._header.get_text
        sku, number = get_text(row.cells, "sku"), get_text(row.cells, "id")
        if not sku:
            collected.add("lacks sku", "", True)
        if not self._is_variation(row.cells) and "variable" in get_text(row.cells, "type").lower():
            cells = keep_filled(row.cells)
            collected.add("product", f"id:{number}", cells)
            collected.add("product", sku, cells)

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow:
        header = self._header
        cells: dict[str, object] = dict(row.cells)
        product: Mapping[str, object] = {}
        parent = header.get_text(cells, "parent")
        is_variation = self._is_variation(cells)
        if is_variation and parent:
            parent_id = _PARENT_ID.fullmatch(parent)
            key = f"id:{parent_id[1]}" if parent_id else parent
            product = collected.get_cells("product", key)
            cells = inherit_cells(cells, product, never=self._get_own_columns())
            self._withdraw_with_parent(cells, product)
        is_numbered = bool(header.has("id") and collected.get("lacks sku", ""))
        own_key = "id" if is_numbered or not header.has("sku") else "sku"
        cells[_ID] = header.get_text(cells, own_key)
        if is_variation:
            group = header.get_text(product, own_key)
            cells[_GROUP] = group or parent.removeprefix("id:").strip()
        elif "variable" in header.get_text(cells, "type").lower():
            cells[_GROUP] = cells[_ID]
        stock = self._read_stock(cells, product)
        cells[_STOCK], cells[_QUANTITY] = stock.status, stock.quantity
        self._derive(cells, product)
        return SourceRow(row.line, cells, row.warning)

    def _is_variation(self, cells: Mapping[str, object]) -> bool:
        return "variation" in self._header.get_text(cells, "type").lower()

    def _get_own_columns(self) -> tuple[str, ...]:
        own = ("id", "sku", "type", "parent", "price", "sale_price", "starts", "ends", "stock",
               "gtin", "mpn")  # fmt: skip
        return (*self._header.find_all(*own), *(c for pair in self._attributes for c in pair))

    def _withdraw_with_parent(
        self, cells: dict[str, object], product: Mapping[str, object]
    ) -> None:
        """Withdraw a variation with its product: the draft's variations are marked published."""
        for key, is_withdrawn in (("published", is_inactive), ("visibility", is_hidden_status)):
            text = self._header.get_text(product, key)
            if text and is_withdrawn(text):
                cells[self._header.find(key)] = text

    def _derive(self, cells: dict[str, object], product: Mapping[str, object]) -> None:
        header = self._header
        for key in ("name", "short", "description"):
            if text := header.get_text(cells, key):
                cells[header.find(key)] = unescape_text(text)
        cells[_CATEGORY] = choose_category(
            split_category_paths(header.get_text(cells, "categories"))
        )
        cells[_IMAGES] = split_list(header.get_text(cells, "images"))
        if brand := header.get_text(cells, "brand"):
            cells[header.find("brand")] = next(iter(split_list(brand)), "")
        options = self._read_attributes(cells) + self._read_attributes(product)
        custom = [(name, str(cells.get(column) or "").strip()) for name, column in self._custom]
        options += [(name, text) for name, text in custom if not find_unfit_reason(text)]
        cells[_ATTRIBUTES] = build_attributes(options)

    def _read_attributes(self, cells: Mapping[str, object]) -> list[tuple[str, str]]:
        """Return names and values; of a variation that leaves one open, the name alone."""
        return [
            (
                str(cells.get(name) or "").strip().removeprefix("pa_"),
                ", ".join(split_list(str(cells.get(value) or ""))),
            )
            for name, value in self._attributes
        ]

    def _read_stock(
        self, cells: Mapping[str, object], product: Mapping[str, object]
    ) -> ExportStock:
        """Return status and quantity; a variation's may be counted with its product's."""
        get_text = self._header.get_text
        quantity, backorders = (
            get_text(product if get_text(cells, key) == _OF_PARENT else cells, key)
            for key in ("stock", "backorders")
        )
        return read_stock(
            quantity,
            status=get_text(cells, "in_stock"),
            takes_backorders=backorders.casefold() in _BACKORDER_WORDS,
        )


def _find_attribute_columns(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of the columns with an attribute's name and its values, by their number."""
    names: dict[str, str] = {}
    values: dict[str, str] = {}
    for column in columns:
        key = normalize_column_name(column)
        number = _NUMBER.search(key)
        if not number or not any(normalize_column_name(word) in key for word in _ATTRIBUTE_WORDS):
            continue
        if any(word in key for word in _VALUE_WORDS):
            values[number[0]] = column
        elif any(word in key for word in _NAME_WORDS):
            names[number[0]] = column
    return tuple((names[number], values[number]) for number in names if number in values)


def _iter_custom_fields(columns: tuple[str, ...], known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and columns of a shop's own fields, "Meta: fabric"; no plugin's "_fabric".

    Yields:
        Pairs; none for names that say that they are the shop's own matter.
    """
    for column in columns:
        name = _META.sub("", column.strip(), count=1).replace("_", " ")
        if column in known or not _META.match(column.strip()) or find_unused_reason(name):
            continue
        if not match_field(name):
            yield name, column


def _is_woo_header(header: ExportHeader) -> bool:
    if not (header.has("type", "name") and (header.has("sku") or header.has("id"))):
        return False
    marks = ("published", "visibility", "parent", "price", "in_stock", "backorders", "short")
    return len(header.find_all(*marks)) >= 3


WOOCOMMERCE = ExportFormat("woocommerce", NAMES, _is_woo_header, _WooAdapter)
