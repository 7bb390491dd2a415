"""Product feeds: CSV, TSV, JSON Lines, Parquet, Google Merchant XML and Shopify CSV.

Exported names are imported on first use: a search must not wait for the feed readers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "FEED_FORMATS": "index.catalog.formats",
    "REJECTS_HEADER": "index.catalog.rejects_file",
    "FeedMapping": "index.catalog.feed_mapping",
    "FeedRow": "index.catalog.records",
    "ProductFeed": "index.catalog.product_feed",
    "Rejection": "index.catalog.records",
    "load_mapping": "index.catalog.feed_mapping",
    "read_products": "index.catalog.product_feed",
}


def __getattr__(name: str) -> Any:
    """Return an exported name, imported on first access.

    Raises:
        AttributeError: This package exports no such name.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
