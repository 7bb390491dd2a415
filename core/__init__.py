"""Values that every part shares: products, queries, answers, the encoder contract, errors."""

from core.encoder import Encoder, EncoderSpec, PreparedImage, Vectors
from core.product import Product, Translation
from core.query import FACETS, Filters, Hit, ImageSource, Page, Query

__all__ = [
    "FACETS",
    "Encoder",
    "EncoderSpec",
    "Filters",
    "Hit",
    "ImageSource",
    "Page",
    "PreparedImage",
    "Product",
    "Query",
    "Translation",
    "Vectors",
]
