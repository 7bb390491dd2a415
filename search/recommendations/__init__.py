"""Pages without a query: home page, a merchant's page, what was seen last, what goes with this."""

from search.recommendations.recommender import Recommender

__all__ = ["Recommender"]
