"""Salla's product export, in Arabic: each row of an option is a variant of the product above it.

The header stands in the first line, or below a line of titles over groups of columns. Source:
Salla, "استيراد المنتجات", template of the products file.
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
from index.catalog.exports.export_stock import read_stock
from index.catalog.exports.export_values import (
    build_attributes,
    choose_category,
    has_own_price,
    split_category_paths,
    split_list,
)
from index.catalog.records import MalformedRow, SourceRow
from index.catalog.sale_status import is_flag_set

_NAMES = {
    "number": ("no.", "no", "رقم المنتج"),
    "row_type": ("النوع", "نوع الصف"),
    "name": ("أسم المنتج", "اسم المنتج", "إسم المنتج"),
    "category": ("تصنيف المنتج", "تصنيفات المنتج", "التصنيف"),
    "image": ("صورة المنتج", "صور المنتج"),
    "product_type": ("نوع المنتج",),
    "price": ("سعر المنتج", "السعر"),
    "description": ("الوصف", "وصف المنتج"),
    "sku": ("رمز المنتج sku", "رمز المنتج"),
    "sale_price": ("السعر المخفض", "سعر مخفض", "سعر التخفيض"),
    "starts": ("تاريخ بداية التخفيض", "تاريخ بدء التخفيض"),
    "ends": ("تاريخ نهاية التخفيض", "تاريخ انتهاء التخفيض"),
    "brand": ("الماركة", "العلامة التجارية"),
    "quantity": ("الكمية", "كمية المنتج", "الكمية المتوفرة"),
    "status": ("حالة المنتج", "الحالة"),
    "cost": ("سعر التكلفة", "تكلفة المنتج"),
    "gtin": ("gtin",),
    "barcode": ("الباركود", "باركود"),
    "mpn": ("mpn",),
    "url": ("رابط المنتج", "الرابط"),
    "unlimited": ("كمية غير محدودة", "الكمية غير محدودة", "غير محدود"),
}
_ID, _CATEGORY, _PHOTOS = "sku or no.", "deepest category", "photos"
_STOCK, _QUANTITY = "pieces or unlimited", "pieces"
_ATTRIBUTES, _GROUP = "variant options", "product above"
_VARIANT_WORDS = ("خيار", "option", "variant")
_NAME, _VALUE = "الاسم", "القيمة"
_OPTION_COLUMN = re.compile(rf"\[\s*(\d+)\s*\]\s*({_NAME}|{_VALUE})")
_OWN_KEYS = ("number", "row_type", "sku", "quantity", "unlimited", "gtin", "barcode", "mpn")


class _SallaAdapter:
    derived_columns = (_ID, _CATEGORY, _PHOTOS, _STOCK, _QUANTITY, _ATTRIBUTES, _GROUP)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._options = _find_option_columns(header.columns)
        self._product: Mapping[str, object] = {}
        self._product_id = ""
        self._product_line = 0
        self.unused = header.find_all(
            "number",
            "sku",
            "row_type",
            "product_type",
            "category",
            "image",
            "quantity",
            "unlimited",
        ) + tuple(column for column in header.columns if column.strip().startswith("["))

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("name"),),
            "description": (find("description"),),
            "price": (find("price"),),
            "sale_price": (find("sale_price"),),
            "sale_start": (find("starts"),),
            "sale_end": (find("ends"),),
            "category": (_CATEGORY,),
            "image": (_PHOTOS,),
            "brand": (find("brand"),),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "attributes": (_ATTRIBUTES,),
            "status": (find("status"),),
            "cost": (find("cost"),),
            "sku": (find("sku"),),
            "gtin": (find("gtin"), find("barcode")),
            "mpn": (find("mpn"),),
            "url": (find("url"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        if not self._header.get_text(row.cells, "sku"):
            collected.add("lacks sku", "", True)
        if not self._is_variant(row.cells):
            self._product_line = row.line
        elif self._product_line:
            collected.add("has variants", str(self._product_line), True)

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow:
        cells: dict[str, object] = dict(row.cells)
        if not self._is_variant(row.cells):
            self._product, self._product_line = keep_filled(row.cells), row.line
            self._product_id = self._identify(row.cells, [], collected)
            has_variants = collected.get("has variants", str(row.line))
            return self._derive(row, cells, [], collected, self._product_id if has_variants else "")
        if not self._product or collected.last_malformed_line > self._product_line:
            return build_orphan(row)
        cells = inherit_cells(cells, self._product, never=self._get_own_columns(row.cells))
        options = [
            (str(cells.get(name) or "").strip(), str(row.cells.get(value) or "").strip())
            for name, value in self._options
        ]
        return self._derive(row, cells, options, collected, self._product_id)

    def _get_own_columns(self, cells: Mapping[str, object]) -> tuple[str, ...]:
        """Return what a variant does not inherit; with another price, also not the sale."""
        header = self._header
        own = [*_OWN_KEYS]
        if has_own_price(header, cells, self._product):
            own += ["sale_price", "starts", "ends", "cost"]
        return (*header.find_all(*own), *(value for _, value in self._options))

    def _identify(
        self,
        cells: Mapping[str, object],
        options: list[tuple[str, str]],
        collected: CollectedRows,
    ) -> str:
        """Return the SKU; where one row of the file has none, the number and the options."""
        header = self._header
        if header.has("sku") and not (header.has("number") and collected.get("lacks sku", "")):
            return header.get_text(cells, "sku")
        return self._number(options)

    def _number(self, options: list[tuple[str, str]]) -> str:
        """Return the product's number, and after it a variant's options."""
        number = self._header.get_text(self._product, "number")
        return "/".join(filter(None, [number, "-".join(value for _, value in options if value)]))

    def _derive(
        self,
        row: SourceRow,
        cells: dict[str, object],
        options: list[tuple[str, str]],
        collected: CollectedRows,
        group: str,
    ) -> SourceRow:
        get_text, number = self._header.get_text, self._header.find("number")
        if number and options:  # a mapping may use it as the id
            cells[number] = self._number(options)
        cells[_ID] = self._identify(row.cells, options, collected)
        cells[_GROUP] = group
        cells[_CATEGORY] = choose_category(split_category_paths(get_text(cells, "category")))
        cells[_PHOTOS] = split_list(get_text(cells, "image"))
        unlimited = get_text(cells, "unlimited")
        cells[_STOCK], cells[_QUANTITY] = read_stock(
            get_text(cells, "quantity"), is_counted=not (unlimited and is_flag_set(unlimited))
        )
        cells[_ATTRIBUTES] = build_attributes(options)
        return SourceRow(row.line, cells, row.warning)

    def _is_variant(self, cells: Mapping[str, object]) -> bool:
        return any(word in self._header.get_text(cells, "row_type") for word in _VARIANT_WORDS)


def _find_option_columns(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of the columns with an option's name and its value, by their number."""
    found: dict[tuple[str, str], str] = {}
    for column in columns:
        if match := _OPTION_COLUMN.match(column.strip()):
            found[match[1], match[2]] = column
    return tuple(
        (column, found[number, _VALUE])
        for (number, part), column in found.items()
        if part == _NAME and (number, _VALUE) in found
    )


def _is_salla_header(header: ExportHeader) -> bool:
    marks = ("sku", "price", "product_type", "category", "sale_price")
    return header.has("row_type", "name") and len(header.find_all(*marks)) >= 2


SALLA = ExportFormat("salla", _NAMES, _is_salla_header, _SallaAdapter)
