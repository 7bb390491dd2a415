"""Prices of the products that pass filters: a sample, and counts of ranges."""

from collections.abc import Callable
from dataclasses import replace

from index.field_rows import FieldRows
from index.payload import to_conditions
from index.pricing import CatalogPrices, PriceRange
from index.pricing.price_view import CURRENCY, PRICE_FIELDS
from index.store.contract import VectorStore
from index.store.points import In
from shopwindow.values import Filters


class PriceCounts:
    """Samples and counts prices, in the base currency. Safe for several threads.

    Args:
        store: Has the products.
        prices: What their prices are worth.
    """

    def __init__(self, store: VectorStore, prices: CatalogPrices) -> None:
        self._store = store
        self._prices = prices

    def sample(self, filters: Filters, limit: int) -> list[float]:
        """Return the prices of a random sample of the products that pass the filters."""
        if not self._store.exists:
            return []
        prices = self._prices.view()
        required = prices.resolve(to_conditions(filters))
        points, _ = self._store.scroll(required, "", limit, PRICE_FIELDS)
        rows = FieldRows.from_points(points, PRICE_FIELDS)
        return list(prices.read_prices(rows).values())

    def make_counter(self, filters: Filters) -> Callable[[float | None, float | None], int]:
        """Return a function that counts the products that pass the filters in a price range."""
        prices, required = self._prices.view(), to_conditions(filters)

        def count(low: float | None, high: float | None) -> int:
            return self._store.count(prices.resolve((*required, PriceRange(low, high))))

        return count

    def count_without_rate(self, filters: Filters) -> int:
        """Return how many products that pass all filters but the price have no exchange rate."""
        prices = self._prices.view()
        unknown = prices.list_unknown()
        if not (unknown and self._store.exists):
            return 0
        others = replace(filters, price_min=None, price_max=None, currency="")
        required = prices.resolve(to_conditions(others))
        return self._store.count((*required, In(CURRENCY, unknown)))
