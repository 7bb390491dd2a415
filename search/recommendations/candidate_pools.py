"""What a catalogue offers whoever comes: the newest, the popular, and some of everything."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.store.points import Order
from search.cursor import query_digest
from shopwindow.personalization import People
from shopwindow.values.query import Filters

KEPT_S = 30.0
MAX_KEPT = 500
N_NEW = 60
N_BY_CHANCE = 300
N_WANTED = 200
N_LOOKED_AT = 500
MAX_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """Points that pass some filters.

    Attributes:
        newest: Those that came last, and those that the feed itself calls popular.
        wanted: Those that visitors wanted most.
        by_chance: Some taken at random, others each time that they are read.
        read_at: When, and at which change of the index.
    """

    newest: Sequence[str]
    wanted: Sequence[str]
    by_chance: Sequence[str]
    read_at: tuple[int, float]


class Shelves:
    """Reads shelves, and keeps each for half a minute. Safe to use from several threads.

    Args:
        people: Knows the catalogue, and what visitors wanted.
        clock: Seconds that pass; for tests.
    """

    def __init__(self, people: People, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = people
        self._index = people.catalogue.index
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Shelf] = OrderedDict()

    def of(self, filters: Filters) -> Shelf:
        """Return what passes the filters."""
        key = query_digest(filters)
        with self._lock:
            shelf = self._kept.get(key)
        if shelf is None or self._is_old(shelf):
            shelf = self._read(filters)
            with self._lock:
                self._kept[key] = shelf
                self._kept.move_to_end(key)
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
        return shelf

    def _is_old(self, shelf: Shelf) -> bool:
        n_changes, read_at = shelf.read_at
        return n_changes != self._index.n_changes or self._clock() - read_at > KEPT_S

    def _read(self, filters: Filters) -> Shelf:
        read_at = (self._index.n_changes, self._clock())
        orders = (Order("created_at", descending=True), Order("popularity", descending=True))
        ordered = [self._index.ordered(each, filters, N_NEW) for each in orders]
        # Ids are hashes, so what follows any one of them is taken at random.
        points, _ = self._index.browse(filters, str(uuid.uuid4()), N_BY_CHANCE)
        if len(points) < N_BY_CHANCE:
            points += self._index.browse(filters, "", N_BY_CHANCE - len(points))[0]
        newest = [point.id for some in ordered for point in some]
        wanted = self._wanted(filters)
        return Shelf(newest, wanted, [each.id for each in points], read_at)

    def _wanted(self, filters: Filters) -> list[str]:
        """Return what visitors wanted most of what passes: a small merchant's is far down."""
        found: list[str] = []
        for start in range(0, MAX_LOOKED_AT, N_LOOKED_AT):
            some = self._people.store.most_wanted(N_LOOKED_AT, self._people.now(), start)
            found += self._index.products_passing(list(some), filters)
            if len(found) >= N_WANTED or len(some) < N_LOOKED_AT:
                break
        return found[:N_WANTED]
