"""Amazon's inventory file template: names of fields below banners, variants by `parent_sku`.

A parent is no listing that can be bought; its children inherit what they leave empty. Source:
Amazon Seller Central, "Inventory file templates".
"""

from collections.abc import Mapping

from index.catalog.exports.amazon_values import is_gtin_type
from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import ExportFormat, inherit_cells, keep_filled
from index.catalog.exports.export_values import build_attributes
from index.catalog.header_vocabulary import ATTRIBUTE_BY_COLUMN, normalize_column_name
from index.catalog.records import SourceRow

_KEYS = (
    "item_sku", "item_name", "external_product_id", "external_product_id_type", "brand_name",
    "product_description", "feed_product_type", "item_type", "standard_price", "list_price",
    "sale_price", "sale_from_date", "sale_end_date", "quantity", "main_image_url", "parent_child",
    "parent_sku", "relationship_type", "variation_theme", "update_delete", "part_number",
    "manufacturer", "generic_keywords", "recommended_browse_nodes", "currency",
    "standard_price_currency",
)  # fmt: skip
_NAMES = {key: (key,) for key in _KEYS} | {
    "list_price": ("list_price", "list_price_with_tax", "maximum_retail_price"),
    "part_number": ("part_number", "model_number"),
}
_ATTRIBUTE_KEYS = {
    "material": ("material_type", "material_type1", "outer_material_type", "outer_material_type1",
                 "fabric_type", "fabric_type1"),
    "pattern": ("pattern_type", "pattern_name"),
    "style": ("style_name",),
    "condition": ("condition_type",),
}  # fmt: skip
_NAMES |= _ATTRIBUTE_KEYS
_BULLETS = tuple(f"bullet_point{number}" for number in range(1, 11))
_IMAGES = ("main_image_url", *(f"other_image_url{number}" for number in range(1, 16)))
_NAMES |= {key: (key,) for key in (*_BULLETS, *_IMAGES)} | {
    "other_image_url1": ("other_image_url1", "other_image_url"),
}
_GROUP, _STATUS, _TEXT, _GTIN = (
    "parent listing",
    "update or delete",
    "description",
    "external product id as gtin",
)
_CATEGORY, _PHOTOS, _ATTRIBUTES = "kind of product", "photos", "material, style, condition"
_USUAL_THEME = "color size"
_OWN_KEYS = ("item_sku", "external_product_id", "quantity", "standard_price", "list_price",
             "sale_price", "sale_from_date", "sale_end_date", "part_number", "parent_child",
             "parent_sku", "update_delete")  # fmt: skip


class _TemplateAdapter:
    derived_columns = (_GROUP, _STATUS, _TEXT, _GTIN, _CATEGORY, _PHOTOS, _ATTRIBUTES)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self.unused = header.find_all(
            "external_product_id", "external_product_id_type", "feed_product_type", "item_type",
            "parent_child", "parent_sku", "relationship_type", "variation_theme", "update_delete",
            "generic_keywords", "recommended_browse_nodes", "manufacturer", *_BULLETS,
            "product_description", *_IMAGES, *_ATTRIBUTE_KEYS,
        ) + tuple(column for column in header.columns if _is_unit(column))  # fmt: skip

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (find("item_sku"),),
            "title": (find("item_name"),),
            "description": (_TEXT,),
            "price": (find("standard_price"),),
            "list_price": (find("list_price"),),
            "sale_price": (find("sale_price"),),
            "sale_start": (find("sale_from_date"),),
            "sale_end": (find("sale_end_date"),),
            "currency": (find("currency"), find("standard_price_currency")),
            "brand": (find("brand_name"), find("manufacturer")),
            "category": (_CATEGORY,),
            "image": (_PHOTOS,),
            "group_id": (_GROUP,),
            "in_stock": (find("quantity"),),
            "quantity": (find("quantity"),),
            "withdrawn": (_STATUS,),
            "attributes": (_ATTRIBUTES,),
            "sku": (find("item_sku"),),
            "gtin": (_GTIN,),
            "mpn": (find("part_number"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        if self._is_parent(row.cells):
            sku = self._header.get_text(row.cells, "item_sku")
            collected.add("parent", sku, keep_filled(row.cells))

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | None:
        if self._is_parent(row.cells):
            return None
        get_text = self._header.get_text
        parent = get_text(row.cells, "parent_sku")
        product = collected.get_cells("parent", parent) if parent else {}
        theme = get_text(row.cells, "variation_theme") or get_text(product, "variation_theme")
        varying = _find_varying(self._header.columns, theme or _USUAL_THEME)
        own = (*self._header.find_all(*_OWN_KEYS), *varying)
        cells = inherit_cells(row.cells, product, never=own)
        is_deleted = "delete" in {
            get_text(each, "update_delete").casefold() for each in (row.cells, product)
        }
        cells[_STATUS] = "deleted" if is_deleted else ""
        cells[_GROUP] = parent
        cells[_PHOTOS] = self._list_photos(row.cells) or self._list_photos(product)
        bullets = [get_text(cells, key) for key in _BULLETS]
        cells[_TEXT] = "\n".join(filter(None, [get_text(cells, "product_description"), *bullets]))
        is_gtin = is_gtin_type(get_text(cells, "external_product_id_type"))
        cells[_GTIN] = get_text(row.cells, "external_product_id") if is_gtin else ""
        cells[_ATTRIBUTES] = build_attributes(
            (name, get_text(cells, name)) for name in _ATTRIBUTE_KEYS
        )
        kind = get_text(cells, "item_type") or get_text(cells, "feed_product_type")
        cells[_CATEGORY] = kind.replace("-", " ").replace("_", " ").capitalize()
        return SourceRow(row.line, cells, row.warning)

    def _list_photos(self, cells: Mapping[str, object]) -> list[str]:
        photos = (self._header.get_text(cells, key) for key in _IMAGES)
        return [photo for photo in photos if photo]

    def _is_parent(self, cells: Mapping[str, object]) -> bool:
        return self._header.get_text(cells, "parent_child").casefold() == "parent"


def _find_varying(columns: tuple[str, ...], theme: str) -> tuple[str, ...]:
    """Return the columns in which children differ by a theme such as "SizeColor".

    What a parent has there is no child's.
    """
    attributes = {name: ATTRIBUTE_BY_COLUMN.get(normalize_column_name(name)) for name in columns}
    words = theme.casefold()
    return tuple(name for name, attribute in attributes.items() if attribute and attribute in words)


def _is_unit(column: str) -> bool:
    return column.casefold().endswith(("_unit_of_measure", "_map"))


AMAZON_TEMPLATE = ExportFormat(
    "amazon-template",
    _NAMES,
    lambda header: header.has("item_sku", "item_name") and len(
        header.find_all("standard_price", "parent_child", "feed_product_type", "update_delete",
                        "external_product_id", "main_image_url")
    ) >= 2,
    _TemplateAdapter,
    has_quotes=False,
    encodings=("cp932", "cp1252"),
)  # fmt: skip
