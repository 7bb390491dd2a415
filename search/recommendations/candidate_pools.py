"""Pools of candidates that do not depend on the visitor: newest, popular and random products."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
        read_at: Change number of the index, and time in seconds, of the read.
    """

    newest: Sequence[str]
    popular: Sequence[str]
    sampled: Sequence[str]
    read_at: tuple[int, float]


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
        self._clock = clock
        self._lock = threading.Lock()
        self._pools: OrderedDict[str, CandidatePool] = OrderedDict()

    def get(self, filters: Filters) -> CandidatePool:
        """Return the pool of products that pass the filters."""
        key = digest_parts(filters)
        with self._lock:
            pool = self._pools.get(key)
        if pool is None or self._is_stale(pool):
            pool = self._read(filters)
            with self._lock:
                self._pools[key] = pool
                self._pools.move_to_end(key)
                while len(self._pools) > MAX_POOLS:
                    self._pools.popitem(last=False)
        return pool

    def _is_stale(self, pool: CandidatePool) -> bool:
        n_changes, read_at = pool.read_at
        return n_changes != self._index.n_changes or self._clock() - read_at > POOL_TTL_S

    def _read(self, filters: Filters) -> CandidatePool:
        read_at = (self._index.n_changes, self._clock())
        orders = (OrderBy("created_at", descending=True), OrderBy("popularity", descending=True))
        ordered = [self._index.browse_ordered(order, filters, N_NEWEST) for order in orders]
        # Ids are hashes, so the ids that follow any one of them are a random sample.
        points, _ = self._index.browse(filters, str(uuid.uuid4()), N_SAMPLED)
        if len(points) < N_SAMPLED:
            points += self._index.browse(filters, "", N_SAMPLED - len(points))[0]
        newest = [point.id for page in ordered for point in page]
        popular = self._find_popular(filters)
        return CandidatePool(newest, popular, [point.id for point in points], read_at)

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
