"""A shop's catalogue feeds: CSV, TSV, JSON Lines, Parquet, Google Merchant XML, Shopify CSV."""

from index.feeds.feed import ProductFeed, read_products
from index.feeds.mapping import FeedMapping, load_mapping
from index.feeds.records import FeedRow, Rejection
from index.feeds.sources import FORMATS

__all__ = [
    "FORMATS",
    "FeedMapping",
    "FeedRow",
    "ProductFeed",
    "Rejection",
    "load_mapping",
    "read_products",
]
