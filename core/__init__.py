"""Values that every part shares: products, queries, answers, the encoder contract, errors."""

from core.answer import Hit, Page, PriceRange, Reading
from core.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from core.product import Product, Translation
from core.query import FACETS, SORTS, Filters, ImageSource, Photo, Query, Sort

__all__ = [
    "FACETS",
    "SORTS",
    "Encoder",
    "EncoderSpec",
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
    "Translation",
    "Vectors",
]
