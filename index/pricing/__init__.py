"""Prices at the time of a query: of sales with a window, and of several currencies."""

from index.pricing.catalog_prices import CatalogPrices
from index.pricing.price_range import PriceRange, ProductCondition
from index.pricing.price_view import PRICE_FIELDS, PriceView

__all__ = ["PRICE_FIELDS", "CatalogPrices", "PriceRange", "PriceView", "ProductCondition"]
