"""Products of Shopify's APIs and of a storefront's products.json.

Source: Shopify, "Product" (Admin REST and GraphQL APIs); Storefront API, "Product".
"""

from collections.abc import Iterator

from index.catalog.json_feeds.nested_values import list_items
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_keys import rename
from index.catalog.json_feeds.record_variants import expand

CONSUMED = ("admin_graphql_api_id", "template_suffix", "published_scope", "position")
_UNTRACKED = "inventory_management"
_NAMES = {
    "body_html": "description", "descriptionHtml": "description", "productType": "product_type",
    "onlineStoreUrl": "url", "totalInventory": "quantity", "compare_at_price": "list_price",
    "compareAtPrice": "list_price", "barcode": "gtin", "inventory_quantity": "quantity",
    "inventoryQuantity": "quantity", "quantityAvailable": "quantity", "available": "in_stock",
    "availableForSale": "in_stock", "priceRange": "price", "priceRangeV2": "price",
}  # fmt: skip


def is_shopify(record: Record) -> bool:
    """Return whether a record is one of Shopify's APIs or of a storefront's products.json."""
    return "variants" in record and "vendor" in record and "handle" in record


def build_shopify(record: Record) -> Iterator[dict[str, object]]:
    """Yield the variants of a product; a variant shows the photo that names it.

    Yields:
        Cells by key.
    """
    photos: dict[object, object] = {}
    for photo in list_items(record.get("images")):
        if isinstance(photo, dict):
            photos.update((number, photo) for number in list_items(photo.get("variant_ids")))
    variants = []
    for item in list_items(record.get("variants")):
        if isinstance(item, dict):
            variant = rename(item, _NAMES)
            if photo := photos.get(item.get("id")):
                variant.setdefault("featured_image", photo)
            is_untracked = _UNTRACKED in item and not item[_UNTRACKED]
            if is_untracked or item.get("inventory_policy") == "continue":
                variant["in_stock"] = True
            variants.append(variant)
    yield from expand({**rename(record, _NAMES), "variants": variants})
