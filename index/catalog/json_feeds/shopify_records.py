"""Products of Shopify's APIs and of a storefront's products.json.

Source: Shopify, "Product" (Admin REST and GraphQL APIs); Storefront API, "Product".
"""

from collections.abc import Iterator

from index.catalog.exports.export_stock import BACKORDER, read_stock
from index.catalog.json_feeds.nested_values import list_items
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_keys import rename
from index.catalog.json_feeds.record_variants import expand
from index.catalog.text_cleaning import is_empty

CONSUMED = ("admin_graphql_api_id", "template_suffix", "published_scope", "position")
_TRACKED_BY = "inventory_management"
_NAMES = {
    "body_html": "description", "descriptionHtml": "description", "productType": "product_type",
    "onlineStoreUrl": "url", "totalInventory": "quantity", "compare_at_price": "list_price",
    "compareAtPrice": "list_price", "barcode": "gtin", "inventory_quantity": "quantity",
    "inventoryQuantity": "quantity", "quantityAvailable": "quantity", "available": "in_stock",
    "availableForSale": "in_stock", "priceRange": "price", "priceRangeV2": "price",
    "inventoryPolicy": "inventory_policy",
}  # fmt: skip


def is_shopify(record: Record) -> bool:
    """Return whether a record is one of Shopify's APIs or of a storefront's products.json."""
    return "variants" in record and "vendor" in record and "handle" in record


def build_shopify(record: Record) -> Iterator[dict[str, object]]:
    """Yield the variants of a product; a variant shows the photo that names it.

    Yields:
        Cells by key.
    """
    photos: dict[str, object] = {}
    for image in list_items(record.get("images")):
        if isinstance(image, dict):
            photos.update((f"variant {n}", image) for n in list_items(image.get("variant_ids")))
            photos[f"image {image.get('id') or 'without an id'}"] = image
    variants = []
    for item in list_items(record.get("variants")):
        if isinstance(item, dict):
            keys = (f"variant {item.get('id')}", f"image {item.get('image_id') or ''}")
            photo = next((photos[key] for key in keys if key in photos), None)
            variants.append(_read_variant(item, photo))
    yield from expand({**rename(record, _NAMES), "variants": variants})


def _read_variant(record: Record, photo: object) -> dict[str, object]:
    """Return a variant with its photo, cost and stock.

    Where nothing is tracked there are always pieces; "continue" takes orders without any.
    """
    variant = rename(record, _NAMES)
    if photo and is_empty(variant.get("featured_image")):
        variant["featured_image"] = photo
    found = variant.pop("inventoryItem", None)
    item: Record = found if isinstance(found, dict) else {}
    if isinstance(cost := item.get("unitCost"), dict):  # in the shop's currency, like the price
        variant.setdefault("cost", cost.get("amount"))
    is_tracked = item.get("tracked") is not False and (
        _TRACKED_BY not in record or bool(record[_TRACKED_BY])
    )
    quantity = variant.get("quantity")
    stock = read_stock(
        "" if quantity is None else str(quantity),
        is_counted=is_tracked,
        takes_backorders=str(variant.get("inventory_policy")).casefold() == "continue",
    )
    if not is_tracked or stock.status == BACKORDER:
        variant["in_stock"], variant["quantity"] = stock
    return variant
