"""What a catalogue offers whoever comes: the newest, the popular, and some of everything."""

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
    """Points that pass some filters.

    Attributes:
        newest: Those that came last, and those that the feed itself calls popular.
        popular: Those that visitors wanted most.
        sampled: Some taken at random, others each time that they are read.
        read_at: When, and at which change of the index.
    """

    newest: Sequence[str]
    popular: Sequence[str]
    sampled: Sequence[str]
    read_at: tuple[int, float]


class CandidatePoolCache:
    """Reads shelves, and keeps each for half a minute. Safe to use from several threads.

    Args:
        people: Knows the catalogue, and what visitors wanted.
        clock: Seconds that pass; for tests.
    """

    def __init__(self, people: Personalizer, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = people
        self._index = people.catalog.index
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, CandidatePool] = OrderedDict()

    def get(self, filters: Filters) -> CandidatePool:
        """Return what passes the filters."""
        key = digest_parts(filters)
        with self._lock:
            shelf = self._kept.get(key)
        if shelf is None or self._is_old(shelf):
            shelf = self._read(filters)
            with self._lock:
                self._kept[key] = shelf
                self._kept.move_to_end(key)
                while len(self._kept) > MAX_POOLS:
                    self._kept.popitem(last=False)
        return shelf

    def _is_old(self, shelf: CandidatePool) -> bool:
        n_changes, read_at = shelf.read_at
        return n_changes != self._index.n_changes or self._clock() - read_at > POOL_TTL_S

    def _read(self, filters: Filters) -> CandidatePool:
        read_at = (self._index.n_changes, self._clock())
        orders = (OrderBy("created_at", descending=True), OrderBy("popularity", descending=True))
        ordered = [self._index.browse_ordered(each, filters, N_NEWEST) for each in orders]
        # Ids are hashes, so what follows any one of them is taken at random.
        points, _ = self._index.browse(filters, str(uuid.uuid4()), N_SAMPLED)
        if len(points) < N_SAMPLED:
            points += self._index.browse(filters, "", N_SAMPLED - len(points))[0]
        newest = [point.id for some in ordered for point in some]
        wanted = self._wanted(filters)
        return CandidatePool(newest, wanted, [each.id for each in points], read_at)

    def _wanted(self, filters: Filters) -> list[str]:
        """Return what visitors wanted most of what passes: a small merchant's is far down."""
        found: list[str] = []
        for start in range(0, MAX_SCANNED, SCAN_BATCH_SIZE):
            some = self._people.store.get_top_products(SCAN_BATCH_SIZE, self._people.now(), start)
            found += self._index.filter_products(list(some), filters)
            if len(found) >= N_POPULAR or len(some) < SCAN_BATCH_SIZE:
                break
        return found[:N_POPULAR]
