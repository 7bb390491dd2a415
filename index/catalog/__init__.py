"""Product feeds: CSV, TSV, JSON, Parquet, Google Merchant XML and exports of shop systems.

Exported names are imported on first use: a search must not wait for the feed readers.
"""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr

if TYPE_CHECKING:
    from index.catalog.column_uses import ColumnUse
    from index.catalog.feed import Feed
    from index.catalog.feed_mapping import FeedMapping, load_mapping
    from index.catalog.formats import FEED_FORMATS
    from index.catalog.mapping_writer import format_mapping
    from index.catalog.product_feed import ProductFeed, read_products
    from index.catalog.records import FeedRow, Rejection
    from index.catalog.rejects_file import REJECTS_HEADER
    from index.catalog.sources.feed_address import is_feed_address
    from index.catalog.sources.feed_download import FeedDownloader
    from index.catalog.sources.fetched_feed import FetchedFeed, fetch_feed
    from index.catalog.update_feed import UpdateFeed, read_updates

__all__ = [
    "FEED_FORMATS",
    "REJECTS_HEADER",
    "ColumnUse",
    "Feed",
    "FeedDownloader",
    "FeedMapping",
    "FeedRow",
    "FetchedFeed",
    "ProductFeed",
    "Rejection",
    "UpdateFeed",
    "fetch_feed",
    "format_mapping",
    "is_feed_address",
    "load_mapping",
    "read_products",
    "read_updates",
]

_MODULES = {
    "ColumnUse": "index.catalog.column_uses",
    "format_mapping": "index.catalog.mapping_writer",
    "FEED_FORMATS": "index.catalog.formats",
    "REJECTS_HEADER": "index.catalog.rejects_file",
    "FeedDownloader": "index.catalog.sources.feed_download",
    "FetchedFeed": "index.catalog.sources.fetched_feed",
    "fetch_feed": "index.catalog.sources.fetched_feed",
    "is_feed_address": "index.catalog.sources.feed_address",
    "Feed": "index.catalog.feed",
    "FeedMapping": "index.catalog.feed_mapping",
    "FeedRow": "index.catalog.records",
    "ProductFeed": "index.catalog.product_feed",
    "Rejection": "index.catalog.records",
    "load_mapping": "index.catalog.feed_mapping",
    "read_products": "index.catalog.product_feed",
    "UpdateFeed": "index.catalog.update_feed",
    "read_updates": "index.catalog.update_feed",
}

__getattr__ = make_getattr(__name__, _MODULES)
