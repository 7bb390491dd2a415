"""Catalogue templates for advertisements: TikTok's, and Meta's with numbered columns.

Source: TikTok Ads Manager, "Product parameters of catalogs"; Meta, "Catalog Fields Reference".
"""

import re
from collections.abc import Iterable, Mapping

from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import ExportFormat
from index.catalog.records import SourceRow

_NAMES = {
    "id": ("sku_id", "id"),
    "title": ("title",),
    "description": ("description", "rich_text_description"),
    "availability": ("availability",),
    "condition": ("condition",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "sale_dates": ("sale_price_effective_date",),
    "link": ("link",),
    "image": ("image_link", "image"),
    "more_images": ("additional_image_link",),
    "brand": ("brand",),
    "group": ("item_group_id",),
    "product_type": ("product_type",),
    "google_category": ("google_product_category",),
    "meta_category": ("fb_product_category", "facebook_product_category"),
    "quantity": ("quantity_to_sell_on_facebook", "inventory", "quantity"),
    "gtin": ("gtin", "global_trade_item_number"),
    "mpn": ("mpn", "manufacturer_part_number"),
    "status": ("status", "visibility"),
    "video_link": ("video_link",),
    "merchant_brand": ("merchant_brand",),
    "ios_url": ("ios_url",),
    "android_url": ("android_url",),
}  # fmt: skip
_IMAGES, _STATUS, _ATTRIBUTES = "photos", "status in the catalogue", "styles"
_NUMBERED = re.compile(r"image\[(\d+)\]\.url")
_STYLE = re.compile(r"style\[\d+\]")
_PART = re.compile(
    r"(?:image|video|style|product_tags|custom_label)\w*\[\d+\](?:\.\w+(?:\[\d+\])?)*"
)
_REMARK = ("# Required", "# Optional", "# Recommended", "Required |", "Optional |")
_SHOWN_WORDS = frozenset({"", "active", "published"})


class _AdCatalogAdapter:
    derived_columns = (_IMAGES, _STATUS, _ATTRIBUTES)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._numbered = [name for name in header.columns if _NUMBERED.fullmatch(name.strip())]
        self._styles = [name for name in header.columns if _STYLE.fullmatch(name.strip())]
        self.unused = tuple(name for name in header.columns if _PART.fullmatch(name.strip()))
        self.unused += header.find_all("status", "video_link", "ios_url", "android_url")

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (find("id"),),
            "title": (find("title"),),
            "description": (find("description"),),
            "price": (find("price"),),
            "sale_price": (find("sale_price"),),
            "sale_dates": (find("sale_dates"),),
            "category": (find("product_type"), find("google_category"), find("meta_category")),
            "brand": (find("brand"), find("merchant_brand")),
            "image": (_IMAGES, find("image"), find("more_images")),
            "group_id": (find("group"),),
            "in_stock": (find("availability"), find("quantity")),
            "quantity": (find("quantity"),),
            "status": (_STATUS,),
            "attributes": (_ATTRIBUTES,),
            "google_product_category": (find("google_category"),),
            "gtin": (find("gtin"),),
            "mpn": (find("mpn"),),
            "url": (find("link"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        """Collect nothing: each row is a product of its own."""

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | None:
        if self._header.get_text(row.cells, "title").startswith(_REMARK):
            return None  # TikTok's line of remarks stands below the header
        cells: dict[str, object] = dict(row.cells)
        cells[_IMAGES] = _list_filled(cells, self._numbered)
        styles = _list_filled(cells, self._styles)
        cells[_ATTRIBUTES] = {"style": ", ".join(styles)} if styles else {}
        status = self._header.get_text(cells, "status").casefold()
        cells[_STATUS] = "" if status in _SHOWN_WORDS else status
        return SourceRow(row.line, cells, row.warning)


def _list_filled(cells: Mapping[str, object], columns: Iterable[str]) -> list[str]:
    texts = (str(cells.get(name) or "").strip() for name in columns)
    return [text for text in texts if text]


def _is_tiktok_header(header: ExportHeader) -> bool:
    return any(name.strip().casefold() == "sku_id" for name in header.columns) and (
        header.has("title", "availability")
    )


def _is_meta_header(header: ExportHeader) -> bool:
    return header.has("id", "title") and any(
        _PART.fullmatch(name.strip()) for name in header.columns
    )


TIKTOK = ExportFormat("tiktok", _NAMES, _is_tiktok_header, _AdCatalogAdapter)
META = ExportFormat("meta", _NAMES, _is_meta_header, _AdCatalogAdapter)
