"""The prices of one catalogue: which currencies it has, and what they are worth now."""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.catalog_cache import CatalogCache
from index.pricing.price_view import CURRENCY, SALE_PRICE, PriceView
from index.store.contract import VectorStore
from index.store.points import IsEmpty, Range

if TYPE_CHECKING:
    from shopwindow.values.exchange_rates import ExchangeRatesFile

_MAX_CURRENCIES = 200
_SERVER_TTL_S = 1.0
"""Age of what is known of a server's catalogue: other writers do not tell."""


class _PriceFacts(NamedTuple):
    currencies: dict[str, int]
    has_sales: bool


class CatalogPrices:
    """Says what the prices of a catalogue are worth. Safe for several threads.

    Args:
        store: The store with the products.
        base_currency: ISO code of the currency that prices are compared in; empty for the one that
            most products have.
        rates_file: A file of exchange rates; empty for those shipped. It is read when the
            catalogue or a query has a second currency, and again when it changes.
        clock: Seconds since 1970; replaced in tests.
    """

    def __init__(
        self,
        store: VectorStore,
        base_currency: str = "",
        rates_file: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._base_currency = base_currency
        self._rates_file = rates_file
        self._clock = clock
        self._rates: ExchangeRatesFile | None = None
        ttl_s = None if store.counts_all_writers else _SERVER_TTL_S
        self._facts: CatalogCache[str, _PriceFacts] = CatalogCache(store, 1, ttl_s)

    def view(self) -> PriceView:
        """Return what prices are worth now.

        Raises:
            ExchangeRatesError: There are several currencies, and the file of rates cannot be used.
        """
        facts = self._facts.get("", self._read_facts)
        base = self._base_currency or _find_main_currency(facts.currencies)
        # Kept for the view: each rate looks whether the file changed, and a view reads hundreds.
        get_factor = cache(self._get_factor)
        return PriceView(base, facts.currencies, facts.has_sales, self._clock(), get_factor)

    def _get_factor(self, source: str, target: str) -> float | None:
        if source == target:
            return 1.0
        if self._rates is None:
            from shopwindow.values.exchange_rates import (  # noqa: PLC0415 -- for several currencies
                ExchangeRatesFile,
            )

            self._rates = ExchangeRatesFile(Path(self._rates_file) if self._rates_file else None)
        return self._rates.read().get_factor(source, target)

    def _read_facts(self) -> _PriceFacts:
        if not self._store.exists:
            return _PriceFacts({}, False)
        counts = self._store.facet(CURRENCY, (), _MAX_CURRENCIES)
        currencies = {str(code): count for code, count in counts.items()}
        if n_without := self._store.count((IsEmpty(CURRENCY),)):
            currencies[""] = n_without
        return _PriceFacts(currencies, self._store.count((Range(SALE_PRICE, low=0.0),)) > 0)


def _find_main_currency(currencies: dict[str, int]) -> str:
    """Return the currency of most products; empty if none has one."""
    named = {code: count for code, count in currencies.items() if code}
    return min(named, key=lambda code: (-named[code], code), default="")
