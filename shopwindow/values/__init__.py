"""The value types that every package shares: products, queries, responses, events, profiles."""

from shopwindow.values.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from shopwindow.values.event import EVENT_KINDS, Event, EventKind, Surface
from shopwindow.values.product import Product, Translation
from shopwindow.values.profile_view import (
    Interaction,
    Interest,
    PreferredPriceRange,
    UserProfileView,
)
from shopwindow.values.query import FACETS, SORTS, Filters, ImageSource, Query, QueryImage, Sort
from shopwindow.values.response import Hit, PriceBucket, QueryInterpretation, SearchResponse

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
    "Query",
    "QueryImage",
    "QueryInterpretation",
    "SearchResponse",
    "Sort",
    "Surface",
    "Translation",
    "UserProfileView",
    "Vectors",
]
