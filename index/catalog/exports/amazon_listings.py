"""Amazon's listing reports: tab-separated text in which quotes are characters like any other.

The seller's SKU is the id. Reports of older accounts are in cp1252, those of Japan in Shift-JIS.
Source: Amazon Selling Partner API, "Inventory Reports" (GET_MERCHANT_LISTINGS_*_DATA) and
"Inventory reports attributes"; its Japanese reports.
"""

from collections.abc import Mapping

from index.catalog.exports.amazon_values import is_gtin_type, read_condition, read_time
from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import ExportFormat
from index.catalog.exports.export_stock import OUT_OF_STOCK
from index.catalog.records import SourceRow

_NAMES = {
    "name": ("item-name", "商品名", "artikelbezeichnung", "nom-produit", "título del producto"),
    "description": ("item-description", "商品説明", "artikelbeschreibung"),
    "sku": ("seller-sku", "出品者sku", "händler-sku", "sku-vendeur", "sku"),
    "listing": ("listing-id", "出品id", "angebotsnummer"),
    "price": ("price", "価格", "preis", "prix", "precio"),
    "business_price": ("business-price", "business price"),
    "quantity": ("quantity", "数量", "menge", "quantité", "cantidad"),
    "pending": ("pending-quantity", "在庫数"),
    "open_date": ("open-date", "出品日", "einstelldatum"),
    "image": ("image-url", "画像url"),
    "asin": ("asin1", "asin 1", "asin"),
    "asin2": ("asin2",), "asin3": ("asin3",),
    "product_id": ("product-id", "商品id"),
    "product_id_type": ("product-id-type", "商品idタイプ"),
    "condition": ("item-condition", "コンディション"),
    "note": ("item-note", "コンディション説明"),
    "channel": ("fulfillment-channel", "フルフィルメント・チャンネル"),
    "status": ("status", "ステータス"),
    "marketplace": ("item-is-marketplace",), "shipping_fee": ("zshop-shipping-fee",),
    "category": ("zshop-category1",), "path": ("zshop-browse-path",),
    "feature": ("zshop-storefront-feature",), "boldface": ("zshop-boldface",),
    "ship_abroad": ("will-ship-internationally", "国外へ配送可"),
    "expedited": ("expedited-shipping", "迅速な配送"),
    "bid": ("bid-for-featured-placement",), "add_delete": ("add-delete",),
    "group": ("merchant-shipping-group",), "points": ("ポイント",),
    "uploaded": ("optional-payment-type-exclusion",),
    "list_price": ("通常価格", "maximum-retail-price"),
    "minimum_price": ("minimum-seller-allowed-price",),
    "maximum_price": ("maximum-seller-allowed-price",),
}  # fmt: skip
_HOUSEKEEPING = (
    "listing", "business_price", "pending", "asin", "asin2", "asin3", "product_id",
    "product_id_type", "condition", "note", "channel", "marketplace", "shipping_fee", "category",
    "path", "feature", "boldface", "ship_abroad", "expedited", "bid", "add_delete", "group",
    "points", "uploaded", "minimum_price", "maximum_price", "open_date", "quantity", "status",
)  # fmt: skip
_STATUS, _STOCK, _CREATED = "status of the listing", "quantity for sale", "opened at"
_ATTRIBUTES, _GTIN = "condition of the item", "external product id as gtin"
_DRAFT_WORDS = frozenset({"incomplete", "出品情報不足", "不備あり"})
_INACTIVE_WORDS = ("inactive", "停止中", "出品停止", "inaktiv", "inactif", "inactivo")


class _ListingsAdapter:
    derived_columns = (_STATUS, _STOCK, _CREATED, _ATTRIBUTES, _GTIN)
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self.unused = header.find_all(*_HOUSEKEEPING)

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (find("sku"),),
            "title": (find("name"),),
            "description": (find("description"),),
            "price": (find("price"),),
            "list_price": (find("list_price"),),
            "image": (find("image"),),
            "in_stock": (_STOCK,),
            "quantity": (find("quantity"),),
            "created_at": (_CREATED,),
            "status": (_STATUS,),
            "attributes": (_ATTRIBUTES,),
            "sku": (find("sku"),),
            "gtin": (_GTIN,),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        """Collect nothing: each row is a listing of its own."""

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow:
        get_text = self._header.get_text
        cells: dict[str, object] = dict(row.cells)
        status = get_text(cells, "status").casefold()
        is_sold_out = "out of stock" in status or "在庫切れ" in status
        cells[_STOCK] = OUT_OF_STOCK if is_sold_out else get_text(cells, "quantity")
        cells[_STATUS] = "" if is_sold_out else _read_status(status)
        cells[_CREATED] = read_time(get_text(cells, "open_date"))
        condition = read_condition(get_text(cells, "condition"))
        cells[_ATTRIBUTES] = {"condition": condition} if condition else {}
        is_gtin = is_gtin_type(get_text(cells, "product_id_type"))
        cells[_GTIN] = get_text(cells, "product_id") if is_gtin else ""
        return SourceRow(row.line, cells, row.warning)


def _read_status(status: str) -> str:
    if status in _DRAFT_WORDS:
        return "draft"
    return "inactive" if status.startswith(_INACTIVE_WORDS) else ""


def _is_listings_header(header: ExportHeader) -> bool:
    marks = ("listing", "asin", "open_date", "product_id_type", "condition", "channel")
    return header.has("name", "sku") and len(header.find_all(*marks)) >= 2


AMAZON_LISTINGS = ExportFormat(
    "amazon-listings",
    _NAMES,
    _is_listings_header,
    _ListingsAdapter,
    has_quotes=False,
    encodings=("cp932", "cp1252"),
)
