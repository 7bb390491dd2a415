"""Product feeds: CSV, TSV, JSON Lines, Parquet, Google Merchant XML and Shopify CSV."""

from index.catalog.feed_mapping import FeedMapping, load_mapping
from index.catalog.formats import FEED_FORMATS
from index.catalog.product_feed import ProductFeed, read_products
from index.catalog.records import FeedRow, Rejection
from index.catalog.rejects_file import REJECTS_HEADER

__all__ = [
    "FEED_FORMATS",
    "REJECTS_HEADER",
    "FeedMapping",
    "FeedRow",
    "ProductFeed",
    "Rejection",
    "load_mapping",
    "read_products",
]
