"""Values that every part shares: products, queries, answers, events, visitors, the encoder."""

from core.answer import Hit, Page, PriceRange, Reading
from core.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from core.event import EVENT_KINDS, Event, EventKind, Surface
from core.person import Deed, Interest, Person, PriceTaste
from core.product import Product, Translation
from core.query import FACETS, SORTS, Filters, ImageSource, Photo, Query, Sort

__all__ = [
    "EVENT_KINDS",
    "FACETS",
    "SORTS",
    "Deed",
    "Encoder",
    "EncoderSpec",
    "Event",
    "EventKind",
    "Filters",
    "Hit",
    "ImageSource",
    "Interest",
    "Page",
    "Person",
    "Photo",
    "PreparedImage",
    "PriceRange",
    "PriceTaste",
    "Product",
    "Query",
    "Reading",
    "Sort",
    "Surface",
    "Translation",
    "Vectors",
]
