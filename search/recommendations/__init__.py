"""Recommendations without a query: home and merchant pages, and complements of a product."""

from search.recommendations.recommender import Recommender

__all__ = ["Recommender"]
