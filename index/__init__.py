"""Import catalog feeds into a vector store and search it."""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr

if TYPE_CHECKING:
    from index.catalog import (
        Feed,
        FeedDownloader,
        FeedMapping,
        FetchedFeed,
        ProductFeed,
        Rejection,
        UpdateFeed,
        fetch_feed,
        is_feed_address,
        read_products,
        read_updates,
    )
    from index.catalog_cache import CatalogCache
    from index.feed_preview import FeedPreview, keep_clip, preview_feed
    from index.field_rows import FieldRows
    from index.index_report import IndexReport, ProgressCallback
    from index.issue_groups import IssueGroups
    from index.payload import (
        CATEGORY_SEPARATOR,
        FACET_FIELDS,
        GROUP_ID,
        PERCEPTUAL_HASH,
        PHOTO_DIGEST,
        PRODUCT_PARTS,
        TEXT_DIGEST,
        build_encoder_texts,
        label_facet_counts,
        to_conditions,
        tokenize_product,
    )
    from index.perceptual_hash import (
        HASH_SIZE,
        MAX_RMS_DISTANCE,
        PerceptualHashes,
        decode_hashes,
        find_same_photo_pairs,
        is_blank,
        is_same_photo,
    )
    from index.pricing import PRICE_FIELDS, PriceView, ProductCondition
    from index.product_index import ProductIndex
    from index.product_query import IndexEntry, ProductQuery, ScoredProduct, make_position
    from shopwindow.version import __version__

_HOMES = {
    "CatalogCache": "index.catalog_cache",
    "FeedPreview": "index.feed_preview",
    "FieldRows": "index.field_rows",
    "ProgressCallback": "index.index_report",
    "CATEGORY_SEPARATOR": "index.payload",
    "FACET_FIELDS": "index.payload",
    "GROUP_ID": "index.payload",
    "PERCEPTUAL_HASH": "index.payload",
    "PHOTO_DIGEST": "index.payload",
    "PRODUCT_PARTS": "index.payload",
    "TEXT_DIGEST": "index.payload",
    "build_encoder_texts": "index.payload",
    "label_facet_counts": "index.payload",
    "to_conditions": "index.payload",
    "tokenize_product": "index.payload",
    "HASH_SIZE": "index.perceptual_hash",
    "MAX_RMS_DISTANCE": "index.perceptual_hash",
    "PerceptualHashes": "index.perceptual_hash",
    "decode_hashes": "index.perceptual_hash",
    "find_same_photo_pairs": "index.perceptual_hash",
    "is_blank": "index.perceptual_hash",
    "is_same_photo": "index.perceptual_hash",
    "PRICE_FIELDS": "index.pricing",
    "PriceView": "index.pricing",
    "ProductCondition": "index.pricing",
    "__version__": "shopwindow.version",
    "Feed": "index.catalog",
    "FeedDownloader": "index.catalog",
    "FeedMapping": "index.catalog",
    "FetchedFeed": "index.catalog",
    "fetch_feed": "index.catalog",
    "is_feed_address": "index.catalog",
    "IndexReport": "index.index_report",
    "IssueGroups": "index.issue_groups",
    "ProductFeed": "index.catalog",
    "IndexEntry": "index.product_query",
    "ProductIndex": "index.product_index",
    "ProductQuery": "index.product_query",
    "ScoredProduct": "index.product_query",
    "make_position": "index.product_query",
    "Rejection": "index.catalog",
    "keep_clip": "index.feed_preview",
    "preview_feed": "index.feed_preview",
    "UpdateFeed": "index.catalog",
    "read_products": "index.catalog",
    "read_updates": "index.catalog",
}

__all__ = [
    "CATEGORY_SEPARATOR",
    "FACET_FIELDS",
    "GROUP_ID",
    "HASH_SIZE",
    "MAX_RMS_DISTANCE",
    "PERCEPTUAL_HASH",
    "PHOTO_DIGEST",
    "PRICE_FIELDS",
    "PRODUCT_PARTS",
    "TEXT_DIGEST",
    "CatalogCache",
    "Feed",
    "FeedDownloader",
    "FeedMapping",
    "FeedPreview",
    "FetchedFeed",
    "FieldRows",
    "IndexEntry",
    "IndexReport",
    "IssueGroups",
    "PerceptualHashes",
    "PriceView",
    "ProductCondition",
    "ProductFeed",
    "ProductIndex",
    "ProductQuery",
    "ProgressCallback",
    "Rejection",
    "ScoredProduct",
    "UpdateFeed",
    "__version__",
    "build_encoder_texts",
    "decode_hashes",
    "fetch_feed",
    "find_same_photo_pairs",
    "is_blank",
    "is_feed_address",
    "is_same_photo",
    "keep_clip",
    "label_facet_counts",
    "make_position",
    "preview_feed",
    "read_products",
    "read_updates",
    "to_conditions",
    "tokenize_product",
]

__getattr__ = make_getattr(__name__, _HOMES)
