"""What tastes are compared with: vectors and facts of products, kept at hand."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.payload import from_payload, to_point_id
from index.product_index import ProductIndex
from index.store.points import PHOTO, TEXT, Point
from shopwindow.ranking import ProductAttributes
from shopwindow.values.encoder import Vectors
from shopwindow.values.product import Product
from shopwindow.values.query import Filters

MAX_CACHED_ITEMS = 100_000
"""Products that are kept at hand, some 3 kB each."""

CACHE_TTL_S = 300.0
"""After this long products are read again: another process may have changed the index."""

_READ_AT_ONCE = 256
_N_SAMPLED = 50


@dataclass(frozen=True, slots=True, eq=False)
class CatalogItem:
    """What tastes look at in a product.

    Attributes:
        product: The product as it was indexed.
        attributes: What is counted of it.
        vector: Its unit vector, shape (dim,), float16; None when it has none.
    """

    product: Product
    attributes: ProductAttributes
    vector: NDArray[np.float16] | None


class _Kept(NamedTuple):
    """A product as it was read, at which change of the index, and when; None for no product."""

    known: CatalogItem | None
    n_changes: int
    read_s: float


class CatalogItems:
    """Products with the vectors that tastes are made of. Safe to use from several threads.

    A product's vector is that of its photo; where it has none, its text as it is compared with
    photos. In a catalogue without photos it is that of its text.

    Args:
        index: Has the products.
        clock: Seconds that pass; for tests.

    Attributes:
        index: The index.
        space: Name of the vectors that are compared: PHOTO, or TEXT where no product has a photo.
    """

    def __init__(self, index: ProductIndex, clock: Callable[[], float] = time.monotonic) -> None:
        self.index = index
        sampled = index.sample_vectors(_N_SAMPLED)
        self.space = TEXT if TEXT in sampled and PHOTO not in sampled else PHOTO
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def select_space(self, encoder_id: str) -> None:
        """Compare by the vectors that profiles were made of, if this encoder makes them.

        A catalogue without photos that gets its first ones goes on by its texts until profiles
        are made anew.

        Args:
            encoder_id: What `encoder_id` was when they were made; empty for nothing.
        """
        for space in (PHOTO, TEXT):
            if encoder_id == self._named(space):
                self.space = space

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.index.get_stored_dim(self.space)

    @property
    def encoder_id(self) -> str:
        """Names the vectors: profiles of equal names can be compared."""
        return self._named(self.space)

    def get_items(self, product_ids: Iterable[str]) -> dict[str, CatalogItem]:
        """Return what tastes look at, by product id; products that do not exist are missing."""
        points = {to_point_id(each): each for each in product_ids}
        return {
            points[each]: known for each, known in self.get_items_by_point(list(points)).items()
        }

    def get_items_by_point(self, point_ids: Sequence[str]) -> dict[str, CatalogItem]:
        """Return what tastes look at, by point id; points that do not exist are missing."""
        n_changes = self.index.n_changes
        with self._lock:
            kept = {each: self._kept.get(each) for each in point_ids}
        oldest_s = self._clock() - CACHE_TTL_S
        found = {
            each: one.known
            for each, one in kept.items()
            if one is not None and one.n_changes == n_changes and one.read_s >= oldest_s
        }
        missing = [each for each in kept if each not in found]
        for start in range(0, len(missing), _READ_AT_ONCE):
            found |= self._read(missing[start : start + _READ_AT_ONCE], n_changes)
        return {each: known for each in point_ids if (known := found[each]) is not None}

    def stack_vectors(self, items: Sequence[CatalogItem]) -> Vectors:
        """Return the vectors of products, shape (n, dim), float32; zeros for those without."""
        nothing = np.zeros(self.dim, dtype=np.float16)
        rows = [nothing if each.vector is None else each.vector for each in items]
        return np.array(rows, dtype=np.float16).astype(np.float32).reshape(-1, self.dim)

    def warm_up(self, limit: int = MAX_CACHED_ITEMS) -> None:
        """Read products ahead, so that nobody waits for them."""
        after, n_read = "", 0
        while n_read < limit:
            points, after = self.index.browse(Filters(), after, _READ_AT_ONCE)
            self.get_items_by_point([each.id for each in points])
            n_read += len(points)
            if not after:
                return

    def _named(self, space: str) -> str:
        return f"{self.index.encoder.spec.identity}/{space}"

    def _read(self, points: Sequence[str], n_changes: int) -> dict[str, CatalogItem | None]:
        """Return products as they are, and keep them instead of those read longest ago."""
        stored = self.index.get_points(points, ("product",), vectors=True)
        found = {each: self._of(stored[each]) if each in stored else None for each in points}
        read_s = self._clock()
        with self._lock:
            for each, known in found.items():
                self._kept[each] = _Kept(known, n_changes, read_s)
                self._kept.move_to_end(each)
            while len(self._kept) > MAX_CACHED_ITEMS:
                self._kept.popitem(last=False)
        return found

    def _of(self, point: Point) -> CatalogItem:
        product = from_payload(point.payload)
        vector = self.index.get_comparison_vector(self.space, point.vectors)
        compact = None if vector is None else vector.astype(np.float16)
        return CatalogItem(product, ProductAttributes.from_product(product), compact)
