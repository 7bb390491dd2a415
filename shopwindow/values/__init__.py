"""The value types that every package shares: products, queries, responses, events, profiles."""

from shopwindow.values.arabic import normalize_alef, strip_article, strip_diacritics
from shopwindow.values.arrays import NamedArrays, check_vectors, l2_normalize
from shopwindow.values.atomic_files import fsync_directory, probe_writing, write_atomically
from shopwindow.values.cache_dir import find_cache_dir
from shopwindow.values.closeable import Closeable
from shopwindow.values.encoder import (
    DimRange,
    Encoder,
    EncoderSpec,
    PreparedImage,
    Vectors,
    WordRecognizer,
    digest,
)
from shopwindow.values.event import (
    EVENT_KINDS,
    NEGATIVE_KINDS,
    Event,
    EventKind,
    Surface,
    check_user_id,
    fill_purchase_value,
)
from shopwindow.values.fork_guard import ForkGuard
from shopwindow.values.product import Product
from shopwindow.values.product_ids import ProductId, hash_product_id
from shopwindow.values.product_update import OFFER_FIELDS, UPDATABLE_FIELDS, ProductUpdate
from shopwindow.values.product_validation import AVAILABILITIES, MAX_IMAGES, Availability
from shopwindow.values.profile_view import (
    DEMO_USER_PREFIX,
    Interaction,
    Interest,
    PreferredPriceRange,
    UserProfileView,
    serialize_profile_view,
)
from shopwindow.values.query import (
    FACETS,
    MAX_LIMIT,
    MAX_TEXT_CHARS,
    SORTS,
    WHOLE_TEXT,
    Crop,
    Filters,
    ImageSource,
    Query,
    QueryImage,
    Sort,
    as_tuple,
)
from shopwindow.values.response import Hit, PriceBucket, QueryInterpretation, SearchResponse
from shopwindow.values.spreadsheet import escape_formula, is_formula, unescape_formula
from shopwindow.values.translation import Translation
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings, to_well_formed

__all__ = [
    "AVAILABILITIES",
    "DEMO_USER_PREFIX",
    "EVENT_KINDS",
    "FACETS",
    "MAX_ID_CHARS",
    "MAX_IMAGES",
    "MAX_LIMIT",
    "MAX_TEXT_CHARS",
    "NEGATIVE_KINDS",
    "OFFER_FIELDS",
    "SORTS",
    "UPDATABLE_FIELDS",
    "WHOLE_TEXT",
    "Availability",
    "Closeable",
    "Crop",
    "DimRange",
    "Encoder",
    "EncoderSpec",
    "Event",
    "EventKind",
    "Filters",
    "ForkGuard",
    "Hit",
    "ImageSource",
    "Interaction",
    "Interest",
    "NamedArrays",
    "PreferredPriceRange",
    "PreparedImage",
    "PriceBucket",
    "Product",
    "ProductId",
    "ProductUpdate",
    "Query",
    "QueryImage",
    "QueryInterpretation",
    "SearchResponse",
    "Sort",
    "Surface",
    "Translation",
    "UserProfileView",
    "Validator",
    "Vectors",
    "WordRecognizer",
    "are_plain_strings",
    "as_tuple",
    "check_user_id",
    "check_vectors",
    "digest",
    "escape_formula",
    "fill_purchase_value",
    "find_cache_dir",
    "fsync_directory",
    "hash_product_id",
    "is_formula",
    "l2_normalize",
    "normalize_alef",
    "probe_writing",
    "serialize_profile_view",
    "strip_article",
    "strip_diacritics",
    "to_well_formed",
    "unescape_formula",
    "write_atomically",
]
