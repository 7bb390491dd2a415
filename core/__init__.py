"""Values that every part shares: products, queries, answers, events, the encoder contract."""

from core.answer import Hit, Page, PriceRange, Reading
from core.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from core.event import EVENT_KINDS, Event, EventKind, Surface
from core.product import Product, Translation
from core.query import FACETS, SORTS, Filters, ImageSource, Photo, Query, Sort

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
    "Page",
    "Photo",
    "PreparedImage",
    "PriceRange",
    "Product",
    "Query",
    "Reading",
    "Sort",
    "Surface",
    "Translation",
    "Vectors",
]
