"""Products of WooCommerce's APIs.

Source: WooCommerce, "REST API Documentation" and "Store API".
"""

from collections.abc import Iterator

from index.catalog.json_feeds.nested_values import from_minor_units
from index.catalog.json_feeds.plain_records import Record, is_unrated
from index.catalog.json_feeds.record_keys import keep_related, rename
from index.catalog.json_feeds.record_variants import expand
from index.catalog.text_cleaning import is_empty

CONSUMED = ("type", "tax_status", "purchasable", "on_sale", "has_options", "prices")
_NAMES = {
    "permalink": "url", "global_unique_id": "gtin", "average_rating": "rating",
    "review_count": "rating_count", "date_created_gmt": "created_at", "date_created": "created_at",
    "brands": "brand", "total_sales": "popularity", "cost_of_goods_sold": "cost",
}  # fmt: skip


def is_woocommerce(record: Record) -> bool:
    """Return whether a record is one of WooCommerce's APIs."""
    return "permalink" in record and ("stock_status" in record or "prices" in record)


def build_woocommerce(record: Record) -> Iterator[dict[str, object]]:
    """Yield the product; the price without a sale is the regular one.

    Yields:
        Cells by key.
    """
    renamed = rename(record, _NAMES)
    if isinstance(prices := renamed.pop("prices", None), dict):
        digits = prices.get("currency_minor_unit")
        for key in ("price", "regular_price", "sale_price"):
            if not is_empty(prices.get(key)):
                renamed[key] = from_minor_units(prices[key], "", digits)
        renamed["currency"] = prices.get("currency_code", "")
    if not is_empty(renamed.get("regular_price")):
        renamed["price"] = renamed.pop("regular_price")
    if is_unrated(renamed.get("rating"), renamed.get("rating_count")):
        renamed.pop("rating", None)
    if isinstance(cost := renamed.get("cost"), dict):
        renamed["cost"] = cost.get("total_value")
    renamed["categories"] = keep_related(renamed.get("categories"))
    yield from expand(renamed)
