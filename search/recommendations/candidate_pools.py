"""Pools of candidates that do not depend on the visitor: newest, popular and random products."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.catalog_cache import CatalogCache
from index.store.points import OrderBy
from search.cursor import digest_parts
from shopwindow.personalization import Personalizer
from shopwindow.values.query import Filters

POOL_TTL_S = 30.0
MAX_POOLS = 500
N_NEWEST = 60
N_SAMPLED = 300
N_POPULAR = 200
SCAN_BATCH_SIZE = 500
MAX_SCANNED = 10_000


@dataclass(frozen=True, slots=True)
class CandidatePool:
    """Point ids of products that pass some filters.

    Attributes:
        newest: The newest ones, then those with the highest popularity in the catalogue.
        popular: Those with the most engagements.
        sampled: A random sample, drawn anew at every read.
    """

    newest: Sequence[str]
    popular: Sequence[str]
    sampled: Sequence[str]


class CandidatePoolCache:
    """Reads candidate pools, and caches each for `POOL_TTL_S`. Safe for several threads.

    Args:
        personalizer: The catalogue and the engagement statistics.
        clock: Monotonic clock in seconds; replaced in tests.
    """

    def __init__(
        self, personalizer: Personalizer, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._personalizer = personalizer
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
        # Ids are hashes, so the ids that follow any one of them are a random sample.
        points, _ = self._index.browse(filters, str(uuid.uuid4()), N_SAMPLED)
        if len(points) < N_SAMPLED:
            points += self._index.browse(filters, "", N_SAMPLED - len(points))[0]
        newest = [point.id for page in ordered for point in page]
        popular = self._find_popular(filters)
        return CandidatePool(newest, popular, [point.id for point in points])

    def _find_popular(self, filters: Filters) -> list[str]:
        """Return popular products that pass; those of a small merchant may be far down."""
        point_ids: list[str] = []
        for start in range(0, MAX_SCANNED, SCAN_BATCH_SIZE):
            products = self._personalizer.store.get_top_products(
                SCAN_BATCH_SIZE, self._personalizer.now(), start
            )
            point_ids += self._index.filter_products(list(products), filters)
            if len(point_ids) >= N_POPULAR or len(products) < SCAN_BATCH_SIZE:
                break
        return point_ids[:N_POPULAR]
