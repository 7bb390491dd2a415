"""Values that every part shares: products, queries, answers, events, visitors, the encoder."""

from shopwindow.values.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from shopwindow.values.event import EVENT_KINDS, Event, EventKind, Surface
from shopwindow.values.product import Product, Translation
from shopwindow.values.profile_view import Deed, Interest, Person, PriceTaste
from shopwindow.values.query import FACETS, SORTS, Filters, ImageSource, Photo, Query, Sort
from shopwindow.values.response import Hit, Page, PriceRange, Reading

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
