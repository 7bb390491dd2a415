"""Zid's product table, with headings in English or Arabic: two languages, options, variants.

A variant names its product, or stands below it without a name. A table of one language without
variants is read as any other. Source: Zid, "Import Products via CSV/XLSX File" and "Products"
(Merchant API), whose fields the columns are named after.
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
from index.catalog.header_matching import match_field, match_language
from index.catalog.records import MalformedRow, SourceRow
from index.catalog.sale_status import is_flag_set, is_inactive

_NAMES = {
    "id": ("id", "product id", "معرف المنتج", "رقم المنتج", "المعرف"),
    "parent": ("parent id", "parent sku", "parent", "parent product", "معرف المنتج الأب",
               "رمز المنتج الأب", "المنتج الأب", "المنتج الأساسي"),
    "sku": ("sku", "رمز التخزين", "رمز التخزين sku", "رمز المنتج sku", "رمز المنتج"),
    "price": ("price", "السعر", "سعر المنتج"),
    "sale_price": ("sale price", "السعر المخفض", "السعر بعد الخصم", "سعر التخفيض"),
    "quantity": ("quantity", "الكمية", "الكمية المتوفرة"),
    "infinite": ("is infinite", "infinite", "unlimited quantity", "unlimited", "infinite quantity",
                 "كمية غير محدودة", "الكمية غير محدودة", "غير محدود", "كمية لا نهائية"),
    "categories": ("categories", "category", "التصنيفات", "التصنيف", "الأقسام"),
    "published": ("is published", "published", "منشور", "حالة النشر"),
    "draft": ("is draft", "draft", "مسودة"),
    "barcode": ("barcode", "الباركود", "باركود"),
    "url": ("html url", "product url", "رابط المنتج"),
    "images": ("images", "image", "الصور", "صور المنتج", "الصورة"),
    "cost": ("cost", "cost price", "سعر التكلفة", "التكلفة"),
    "gtin": ("gtin",),
    "mpn": ("mpn",),
    "weight_unit": ("weight unit", "وحدة الوزن"),
    "keywords": ("keywords", "الكلمات المفتاحية", "كلمات مفتاحية"),
}  # fmt: skip
_ID, _GROUP, _CATEGORY = "sku or id", "product of the variant", "deepest category"
_STOCK, _ATTRIBUTES = "quantity or unlimited", "variant options"
_QUANTITY, _PHOTOS = "pieces", "photos"
_PARTS = {"name": "name", "اسم": "name", "value": "value", "قيمه": "value"}
_OPTION = re.compile(
    r"(?:option|attribute|variant option)[ _]?(\d+)[ _-]*(name|value)s?(?:[ _(-]*(ar|en)\)?)?"
    r"|(اسم|قيم[ةه]) ?(?:ال)?(?:خيار|خاصي[ةه])[ _]?(\d+)",
    re.IGNORECASE,
)
_OWN_KEYS = ("id", "parent", "sku", "quantity", "infinite", "barcode", "gtin", "mpn")


class _ZidAdapter:
    derived_columns = (_ID, _GROUP, _CATEGORY, _STOCK, _QUANTITY, _PHOTOS, _ATTRIBUTES)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._options = _find_option_columns(header.columns)
        self._titles = [name for name in header.columns if _is_title(name)]
        self._above = ""
        self.unused = header.find_all(
            "id",
            "sku",
            "parent",
            "quantity",
            "infinite",
            "categories",
            "weight_unit",
            "keywords",
            "images",
        ) + tuple(column for pair in self._options for column in pair)

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "price": (find("price"),),
            "sale_price": (find("sale_price"),),
            "category": (_CATEGORY,),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "image": (_PHOTOS,),
            "cost": (find("cost"),),
            "attributes": (_ATTRIBUTES,),
            "published": (find("published"),),
            "withdrawn": (find("draft"),),
            "sku": (find("sku"),),
            "gtin": (find("gtin"), find("barcode")),
            "mpn": (find("mpn"),),
            "url": (find("url"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        get_text = self._header.get_text
        parent = self._find_parent(row.cells)
        if parent:
            collected.add("has variants", parent, True)
        else:
            self._above = _name_line(row)
            cells = keep_filled(row.cells)
            for key in (get_text(row.cells, "id"), get_text(row.cells, "sku"), self._above):
                if key:
                    collected.add("product", key, cells)
        if not get_text(row.cells, "sku"):
            collected.add("lacks sku", "", True)

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow | None:
        parent = self._find_parent(row.cells)
        if not parent:
            self._above = _name_line(row)
            if self._has_variants(row, collected):
                return None
            return self._derive(row, dict(row.cells), {}, collected)
        product = collected.get_cells("product", parent)
        if not product:
            return build_orphan(row)
        header = self._header
        own = [*_OWN_KEYS]
        if has_own_price(header, row.cells, product):
            own += ["sale_price", "cost"]
        values = [value for _, value in self._options]
        cells = inherit_cells(row.cells, product, never=(*header.find_all(*own), *values))
        for key, is_withdrawn in (("published", is_inactive), ("draft", is_flag_set)):
            text = header.get_text(product, key)
            if text and is_withdrawn(text):
                cells[header.find(key)] = text
        return self._derive(row, cells, product, collected)

    def _find_parent(self, cells: Mapping[str, object]) -> str:
        """Return the key of the product of a variant; empty for a product."""
        get_text = self._header.get_text
        parent = get_text(cells, "parent")
        if parent and parent not in (get_text(cells, "id"), get_text(cells, "sku"), "0"):
            return parent
        has_title = any(str(cells.get(name) or "").strip() for name in self._titles)
        return "" if has_title or not self._read_options(cells, {}) else self._above

    def _has_variants(self, row: SourceRow, collected: CollectedRows) -> bool:
        get_text = self._header.get_text
        keys = (get_text(row.cells, "id"), get_text(row.cells, "sku"), _name_line(row))
        return any(key and collected.get("has variants", key) for key in keys)

    def _derive(
        self,
        row: SourceRow,
        cells: dict[str, object],
        product: Mapping[str, object],
        collected: CollectedRows,
    ) -> SourceRow:
        get_text = self._header.get_text
        options = self._read_options(row.cells, product)
        key = self._get_key(collected)
        cells[_ID] = get_text(row.cells, key) or "/".join(
            filter(None, [get_text(product, "id"), "-".join(value for _, value in options)])
        )
        cells[_GROUP] = get_text(product, key) or get_text(product, "id")
        paths = split_category_paths(get_text(cells, "categories").replace("|", ","))
        cells[_CATEGORY] = choose_category(paths)
        infinite = get_text(cells, "infinite")
        is_infinite = bool(infinite) and is_flag_set(infinite)
        cells[_STOCK], cells[_QUANTITY] = read_stock(
            get_text(cells, "quantity"), is_counted=not is_infinite
        )
        cells[_PHOTOS] = split_list(get_text(cells, "images"))
        cells[_ATTRIBUTES] = build_attributes(options)
        return SourceRow(row.line, cells, row.warning)

    def _get_key(self, collected: CollectedRows) -> str:
        """Return "sku" when every row has one, otherwise "id"."""
        has_all = self._header.has("sku") and not collected.get("lacks sku", "")
        return "sku" if has_all or not self._header.has("id") else "id"

    def _read_options(
        self, cells: Mapping[str, object], product: Mapping[str, object]
    ) -> list[tuple[str, str]]:
        pairs = [
            (
                str(cells.get(name) or product.get(name) or "").strip(),
                str(cells.get(value) or "").strip(),
            )
            for name, value in self._options
        ]
        return [(name, value) for name, value in pairs if name and value]


def _name_line(row: SourceRow) -> str:
    return f"line {row.line}"


def _is_title(column: str) -> bool:
    match = match_field(column)
    return match_language(column)[0] == "title" or (match is not None and match.field == "title")


def _find_option_columns(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of the columns with an option's name and value, by number and language."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column in columns:
        if match := _OPTION.fullmatch(column.strip()):
            number = match[1] or match[5]
            part = (match[2] or match[4]).casefold().replace("ة", "ه")
            found.setdefault((number, (match[3] or "").casefold()), {})[_PARTS[part]] = column
    return tuple((parts["name"], parts["value"]) for parts in found.values() if len(parts) == 2)


def _is_zid_header(header: ExportHeader) -> bool:
    languages = {match_language(name)[1] for name in header.columns if _is_title(name)}
    is_bilingual = {"ar", "en"} <= languages
    has_options = bool(_find_option_columns(header.columns))
    has_variants = header.has("infinite") or (header.has("parent") and has_options)
    return header.has("price") and has_variants and (is_bilingual or header.has("published"))


ZID = ExportFormat("zid", _NAMES, _is_zid_header, _ZidAdapter)
