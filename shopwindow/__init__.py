"""Shopwindow finds products, and learns what to show.

This face has the values that every part shares; the parts are `embed`, `index`, `search`
and the packages beside this file. A value is imported when it is first used, so that
`shopwindow --help` waits for none of them.
"""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr
from shopwindow.version import __version__

if TYPE_CHECKING:
    from shopwindow.values import (
        EVENT_KINDS,
        FACETS,
        SORTS,
        Encoder,
        EncoderSpec,
        Event,
        EventKind,
        Filters,
        Hit,
        ImageSource,
        Interaction,
        Interest,
        PreferredPriceRange,
        PreparedImage,
        PriceBucket,
        Product,
        ProductUpdate,
        Query,
        QueryImage,
        QueryInterpretation,
        SearchResponse,
        Sort,
        Surface,
        Translation,
        UserProfileView,
        Vectors,
    )
    from shopwindow.values.errors import ShopwindowError
    from shopwindow.values.settings import Settings, read_settings

__all__ = [
    "EVENT_KINDS",
    "FACETS",
    "SORTS",
    "Encoder",
    "EncoderSpec",
    "Event",
    "EventKind",
    "Filters",
    "Hit",
    "ImageSource",
    "Interaction",
    "Interest",
    "PreferredPriceRange",
    "PreparedImage",
    "PriceBucket",
    "Product",
    "ProductUpdate",
    "Query",
    "QueryImage",
    "QueryInterpretation",
    "SearchResponse",
    "Settings",
    "ShopwindowError",
    "Sort",
    "Surface",
    "Translation",
    "UserProfileView",
    "Vectors",
    "__version__",
    "read_settings",
]

_HOMES = {
    "EVENT_KINDS": "shopwindow.values.event",
    "Encoder": "shopwindow.values.encoder",
    "EncoderSpec": "shopwindow.values.encoder",
    "Event": "shopwindow.values.event",
    "EventKind": "shopwindow.values.event",
    "FACETS": "shopwindow.values.query",
    "Filters": "shopwindow.values.query",
    "Hit": "shopwindow.values.response",
    "ImageSource": "shopwindow.values.query",
    "Interaction": "shopwindow.values.profile_view",
    "Interest": "shopwindow.values.profile_view",
    "PreferredPriceRange": "shopwindow.values.profile_view",
    "PreparedImage": "shopwindow.values.encoder",
    "PriceBucket": "shopwindow.values.response",
    "Product": "shopwindow.values.product",
    "ProductUpdate": "shopwindow.values.product_update",
    "Query": "shopwindow.values.query",
    "QueryImage": "shopwindow.values.query",
    "QueryInterpretation": "shopwindow.values.response",
    "SORTS": "shopwindow.values.query",
    "SearchResponse": "shopwindow.values.response",
    "Settings": "shopwindow.values.settings",
    "ShopwindowError": "shopwindow.values.errors",
    "Sort": "shopwindow.values.query",
    "Surface": "shopwindow.values.event",
    "Translation": "shopwindow.values.translation",
    "UserProfileView": "shopwindow.values.profile_view",
    "Vectors": "shopwindow.values.encoder",
    "read_settings": "shopwindow.values.settings",
}

__getattr__ = make_getattr(__name__, _HOMES)
