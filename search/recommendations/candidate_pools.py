"""Pools of candidates that do not depend on the visitor: newest, popular, rotating, sampled."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index import CatalogCache, make_position
from index.store import OrderBy
from search.cursor import digest_parts
from shopwindow.personalization import Personalizer
from shopwindow.ranking import DAY_S, SlateBuilder
from shopwindow.values import Filters

POOL_TTL_S = 30.0
MAX_POOLS = 500
N_NEWEST = 60
N_ROTATING = 300
N_SAMPLED = 60
N_POPULAR = 200
SCAN_BATCH_SIZE = 500
MAX_SCANNED = 10_000


@dataclass(frozen=True, slots=True)
class CandidatePool:
    """Product ids of products that pass some filters.

    Attributes:
        newest: The newest ones, then those with the highest popularity in the catalogue.
        popular: Those with the most engagements.
        rotating: Others on every day (UTC), the same for every request of a day: nothing about
            them is left to chance.
        sampled: Drawn at random by the slate builder at every read; for exploration alone.
    """

    newest: Sequence[str]
    popular: Sequence[str]
    rotating: Sequence[str]
    sampled: Sequence[str]


class CandidatePoolCache:
    """Reads candidate pools, and caches each for `POOL_TTL_S`. Safe for several threads.

    Args:
        personalizer: The catalogue and the engagement statistics.
        slate_builder: Draws what is sampled.
        clock: Monotonic clock in seconds; replaced in tests.
    """

    def __init__(
        self,
        personalizer: Personalizer,
        slate_builder: SlateBuilder,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._personalizer = personalizer
        self._slate_builder = slate_builder
        self._index = personalizer.catalog.index
        self._pools: CatalogCache[str, CandidatePool] = CatalogCache(
            self._index, MAX_POOLS, POOL_TTL_S, clock
        )

    def get(self, filters: Filters) -> CandidatePool:
        """Return the pool of products that pass the filters."""
        return self._pools.get(digest_parts(filters), lambda: self._read(filters))

    def _read(self, filters: Filters) -> CandidatePool:
        orders = (OrderBy("created_at", descending=True), OrderBy("popularity", descending=True))
        ordered = [self._index.browse_ordered(order, filters, N_NEWEST) for order in orders]
        newest = [entry.id for page in ordered for entry in page]
        day = int(self._personalizer.now() // DAY_S)
        rotating = self._read_from(_make_key(digest_parts(filters), day), filters, N_ROTATING)
        sampled = self._read_sample(filters)
        return CandidatePool(newest, self._find_popular(filters), rotating, sampled)

    def _read_sample(self, filters: Filters) -> list[str]:
        if not self._slate_builder.explores:
            return []
        return self._read_from(self._slate_builder.draw_key(), filters, N_SAMPLED)

    def _read_from(self, key: bytes, filters: Filters, limit: int) -> list[str]:
        """Return products that follow an id; ids are hashes, so they have nothing in common."""
        entries, _ = self._index.browse(filters, make_position(key), limit)
        if len(entries) < limit:
            entries += self._index.browse(filters, "", limit - len(entries))[0]
        return list(dict.fromkeys(entry.id for entry in entries))

    def _find_popular(self, filters: Filters) -> list[str]:
        """Return popular products that pass; those of a small merchant may be far down."""
        product_ids: list[str] = []
        for start in range(0, MAX_SCANNED, SCAN_BATCH_SIZE):
            products = self._personalizer.store.get_top_products(
                SCAN_BATCH_SIZE, self._personalizer.now(), start
            )
            product_ids += self._index.filter_products(list(products), filters)
            if len(product_ids) >= N_POPULAR or len(products) < SCAN_BATCH_SIZE:
                break
        return product_ids[:N_POPULAR]


def _make_key(*parts: object) -> bytes:
    """Return 16 bytes that depend on the parts alone."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()
